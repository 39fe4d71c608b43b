"""Ten thousand bad files: each is refused with a sentence, or accepted and then equal to the file.

Nothing else may happen: no other exception, no word left on the disk, no silent damage, never ten
seconds or a gigabyte.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas
import pytest

from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts
from engine.data.lines.facts import CORPUS
from engine.data.tables import Refused, TableFacts
from jobs.data_sets import DataSets
from jobs.yard import Yard
from tests.bad.damaged import damaged
from tests.bad.made import TWENTY_SEVEN, Made, made
from tests.bad.oracle import damage
from tests.engine.tables.reading import reading

FILES = 10_000
BATCHES = 10
MOST_SECONDS = 10
MOST_BYTES = 1 << 30


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataSets:
    """Of a Trainyard of its own, whose temporary files would be seen as well."""
    for name in ("home", "temporary", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return DataSets.of(Yard.open())


@contextmanager
def writes_only_below(folder: Path) -> Iterator[list[str]]:
    """Collects what Python opens for writing, makes, links or renames anywhere else."""
    elsewhere: list[str] = []
    _WATCH.append((folder.resolve(), elsewhere))
    yield elsewhere
    _WATCH.pop()


_WATCH: list[tuple[Path, list[str]]] = []
_CHANGES = {"os.mkdir", "os.link", "os.symlink", "os.rename", "os.truncate", "os.chmod"}


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not _WATCH or not (event == "open" or event in _CHANGES):
        return
    if event == "open" and not any(letter in str(arguments[1]) for letter in "wax+"):
        return
    folder, elsewhere = _WATCH[-1]
    for path in arguments[: 2 if event in ("os.link", "os.rename", "os.symlink") else 1]:
        if isinstance(path, str | Path) and folder not in Path(path).resolve().parents:
            elsewhere.append(f"{event} {path}")


sys.addaudithook(_audit)


def judged(sets: DataSets, one: Made, folder: Path) -> str:
    """`refused`, `read`, or a sentence that says what is wrong with the answer."""
    path = folder / "upload"
    path.write_bytes(one.content)
    try:
        with sets.read(path, file_name=one.name) as pending:
            facts = pending.facts
            if isinstance(facts, TableFacts):
                wrong = damage(one.content, facts, pending.folder)
                return f"{one!r}: {wrong[0]}" if wrong else "read"
            if isinstance(facts, CorpusFacts):
                same = corpus(one.content, facts) == (pending.folder / CORPUS).read_text()
                return "read" if same else f"{one!r}: another text"
            assert isinstance(facts, ImageFacts)
            return "read" if facts.images >= 2 else f"{one!r}: {facts.images} images"
    except Refused as refused:
        sentence = str(refused)
        good = sentence.isprintable() and 20 < len(sentence) < 600
        return "refused" if good else f"{one!r}: {sentence!r}"


def corpus(content: bytes, facts: CorpusFacts) -> str:
    """The text as Python reads it, line ends made line feeds."""
    text = content.decode(facts.text.encoding).removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def answers(sets: DataSets, files: Iterator[Made], folder: Path) -> Counter[str]:
    """How often each answer came."""
    found: Counter[str] = Counter()
    data = sets.home.data.resolve()
    for one in files:
        begun = time.monotonic()
        with writes_only_below(folder / "home") as elsewhere:
            found[judged(sets, one, folder / "home")] += 1
        assert elsewhere == [], one
        assert time.monotonic() - begun < MOST_SECONDS, one
    assert [each.name for each in data.iterdir()] == [".store.lock"]
    assert list((folder / "temporary").iterdir()) == []
    assert list((folder / "here").iterdir()) == []
    return found


def test_there_are_three_hundred_kinds_and_the_twenty_seven_among_them() -> None:
    contents = {one.content for one in made()}
    assert len(contents) >= 300
    assert len(TWENTY_SEVEN) == 27
    assert {one.content for one in TWENTY_SEVEN} <= contents


def test_every_hand_made_file_is_refused_or_equal(sets: DataSets, tmp_path: Path) -> None:
    found = answers(sets, iter(made()), tmp_path)
    assert set(found) == {"refused", "read"}
    assert min(found.values()) > 100


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_ten_thousand_damaged_files_are_refused_or_equal(
    batch: int, sets: DataSets, tmp_path: Path
) -> None:
    kinds = made()
    numbers = range(batch, FILES, BATCHES)
    found = answers(sets, (damaged(kinds, number) for number in numbers), tmp_path)
    assert set(found) == {"refused", "read"}
    assert min(found.values()) > 150
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert peak < MOST_BYTES, f"{peak:,} bytes"


def test_the_oracle_sees_what_pandas_damages(tmp_path: Path) -> None:
    """Tables as `read_csv` makes them, under the dialect that we find."""
    seen = set()
    for one in TWENTY_SEVEN:
        (tmp_path / "file.csv").write_bytes(one.content)
        try:
            read = pandas.read_csv(tmp_path / "file.csv")
            facts = reading(one.content).facts
        except (ValueError, pandas.errors.ParserError):
            continue
        read.astype("str").to_parquet(tmp_path / "table.parquet")
        columns = [column.model_copy(update={"kind": "text"}) for column in facts.columns]
        if damage(one.content, facts.model_copy(update={"columns": columns}), tmp_path):
            seen.add(one.name)
    assert seen == {"na_labels.csv", "zeros.csv", "semicolon.csv", "no_header.csv"}
