"""What is known of a data set of one's own, whatever it is made of: a union by format.

To add a kind: its facts here with a `format` of its own, its reader in `read_own`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from engine.data.folders import ImageFacts, read_images, read_texts
from engine.data.lines import CorpusFacts, PairFacts, read_corpus, read_pairs
from engine.data.own.recognise import Reading, recognised
from engine.data.tables import Dialect, Kind, TableFacts, read_table
from engine.data.tables.facts import FACTS

Facts = Annotated[TableFacts | ImageFacts | CorpusFacts | PairFacts, Field(discriminator="format")]
_ANY: TypeAdapter[Facts] = TypeAdapter(Facts)


def facts_of(folder: Path) -> Facts:
    """The facts beside data that were read before."""
    return _ANY.validate_json((folder / FACTS).read_text(encoding="utf-8"))


def parse_facts(found: Mapping[str, object]) -> Facts:
    """The same, from JSON that another process wrote."""
    return _ANY.validate_python(found, strict=False)


def extent(facts: Facts) -> tuple[int, int]:
    """Rows and columns of a table; images and classes; lines and characters; pairs of texts."""
    if isinstance(facts, ImageFacts):
        return facts.images, len(facts.classes)
    if isinstance(facts, CorpusFacts):
        return facts.text.lines, facts.characters
    if isinstance(facts, PairFacts):
        return facts.pairs, 2
    return facts.rows, len(facts.columns)


def read_own(  # noqa: PLR0913  # what a table can be told beside what every file is
    path: Path,
    into: Path,
    *,
    file_name: str,
    reading: Reading | None = None,
    dialect: Dialect | None = None,
    kinds: Mapping[str, Kind] = {},  # only read
    progress: Callable[[float], None] | None = None,
) -> Facts:
    """Reads a file into the fresh folder `into` as what it is, or is said to be. Raises Refused."""
    found = reading or recognised(path, file_name, chosen=bool(dialect or kinds))
    if found == "images":
        return read_images(path, into, progress=progress)
    if found == "texts":
        return read_texts(path, into, progress=progress)
    if found == "corpus":
        return read_corpus(path, into, progress=progress)
    if found == "pairs":
        return read_pairs(path, into, file_name=file_name, progress=progress)
    return read_table(
        path, into, file_name=file_name, dialect=dialect, kinds=kinds, progress=progress
    )
