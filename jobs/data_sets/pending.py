"""A file that has been read and is not kept yet: a person looks at what was found, and decides."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.own.facts import Facts, facts_of, read_own
from engine.data.own.recognise import Reading
from engine.data.tables import Dialect, Kind, TableFacts
from engine.saving.failpoints import failpoint
from jobs.data_sets.data_set import LONGEST_NAME, DataSet, DataSetError, NotStored, refusal
from jobs.data_sets.place import OWNER, Place
from jobs.data_sets.words import THESE_ARE

if TYPE_CHECKING:
    from jobs.data_sets.sets import DataSets

READING = 1
"""of how files are read: one read by another version is another table"""
BLOCK_BYTES = 1 << 20
COPIED = 0.2
"""share of the work that copying the file is, as far as progress is concerned"""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Choices:
    """What a person chose about the reading; None and nothing leave it to what is detected."""

    reading: Reading | None = None
    """what the file is said to be; a corpus or pairs have no dialect and no columns"""
    dialect: Dialect | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    """columns that are not kept"""
    hash: tuple[str, ...] = ()
    """columns of which only hashes are kept"""

    @property
    def protects(self) -> bool:
        """Whether something is kept from the disk, and the file as it came with it."""
        return bool(self.drop or self.hash)

    def digest(self, content: str, file_name: str) -> str:
        """The name of the content read in this way; `content` is the SHA-256 of the file."""
        said = {
            "reading": READING,
            "content": content,
            # The name decides nothing but what kind of file it may be.
            "suffix": Path(file_name).suffix.lower(),
            "dialect": self.dialect.to_dict() if self.dialect else None,
            "kinds": dict(sorted(self.kinds.items())),
            "drop": sorted(self.drop),
            "hash": sorted(self.hash),
            # Only where it was said: the digests of old are kept.
            **({"as": self.reading} if self.reading else {}),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Pending:
    """A table, images, a corpus or pairs that are read and wait to be kept."""

    facts: Facts
    file_name: str
    bytes: int
    digest: str
    choices: Choices
    folder: Path
    """where it lies for the moment"""
    _sets: DataSets = field(repr=False)

    def keep(self, name: str | None = None) -> DataSet:
        """Keeps it under that name, or the file's; another one of the name makes it version 2.

        Raises DataSetError.
        """
        own = Path(self.file_name).stem.strip()[:LONGEST_NAME] or "data"
        return self._sets.keep(self, own if name is None else name)


@contextmanager
def reading(
    sets: DataSets,
    path: Path,
    choices: Choices,
    file_name: str,
    progress: Progress,
) -> Iterator[Pending]:
    """What is read from the file; what was not kept at the end is gone.

    Raises NotStored, DataSetError and Refused.
    """
    place = Place(sets.home.data)
    with _sentences(path):
        place.create()
    place.clean(sets.known)
    with place.fresh() as fresh:
        with _sentences(path):
            size, content = _copy(path, fresh / "original", progress)
            failpoint("data.copied")
        digest = choices.digest(content, file_name)
        with _sentences(path):
            facts = _linked(place.folder(digest), fresh)
            if facts is None:
                facts = _read(sets, fresh, choices, file_name, progress)
        failpoint("data.read")
        progress(1.0)
        yield Pending(facts, file_name, size, digest, choices, fresh, sets)


def _linked(there: Path, fresh: Path) -> Facts | None:
    """The same content was read in the same way before: its files, not to be read again.

    Links and not the folder itself, which may be deleted while a person thinks. None without it.
    """
    try:
        for each in there.iterdir():
            if each.name != "original":
                os.link(each, fresh / each.name)
        facts = facts_of(fresh)
        if not (there / "original").exists():
            (fresh / "original").unlink()
        return facts
    except FileNotFoundError:
        for each in fresh.iterdir():
            if each.name not in ("original", OWNER):
                each.unlink()
        return None


def _read(
    sets: DataSets, fresh: Path, choices: Choices, file_name: str, progress: Progress
) -> Facts:
    original = fresh / "original"
    # A hash is of the text as it stands in the file: leading zeros belong to it.
    kinds: dict[str, Kind] = {**choices.kinds, **dict.fromkeys(choices.hash, "text")}
    facts = read_own(
        original,
        fresh,
        file_name=file_name,
        reading=choices.reading,
        dialect=choices.dialect,
        kinds=kinds,
        progress=lambda share: progress(COPIED + (1 - COPIED) * share),
    )
    _check_choices(facts, choices)
    if isinstance(facts, TableFacts) and choices.protects:
        # With PyArrow, which takes 0.2 s and most commands do without.
        from jobs.data_sets import privacy

        salt = privacy.salt_of(sets.home.root)
        facts = privacy.protect(fresh, facts, choices.drop, choices.hash, salt)
        original.unlink()
    return facts


def _check_choices(facts: Facts, choices: Choices) -> None:
    """What was chosen of columns and cells concerns a table."""
    chosen = replace(choices, reading=None)
    if not isinstance(facts, TableFacts) and chosen != Choices():
        raise DataSetError(
            f"{THESE_ARE[facts.format]}: columns and dialects are chosen of tables alone."
        )
    if facts.format == "texts" and (choices.dialect or choices.kinds):
        raise DataSetError(
            "These are text files in folders: dialects and types are chosen of tables alone."
        )


def _copy(source: Path, target: Path, progress: Progress) -> tuple[int, str]:
    """Copies the file, so that nobody changes it while it is read. Its size and SHA-256."""
    digest, done = hashlib.sha256(), 0
    with source.open("rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise NotStored(
                f"{source} is no file. Name a table (CSV, Parquet, XLSX or JSON lines), a text, or "
                "a zip of images or texts."
            )
        with target.open("xb") as copy:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                copy.write(block)
                done += len(block)
                progress(COPIED * min(1.0, done / max(facts.st_size, 1)))
            copy.flush()
            os.fsync(copy.fileno())
    return done, digest.hexdigest()


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotStored(f"There is no file {error.filename or path}.") from error
    except OSError as error:
        raise refusal(f"{path} cannot be added", error) from error
