"""Two texts whose lines belong together, as pairs: two files of a zip, or two columns of a TSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from engine.data.folders.archive import Archive, Damaged, Entry, opened
from engine.data.folders.directory import begins_like_zip
from engine.data.folders.plain import plain
from engine.data.lines.facts import PAIRS, PairFacts, Written
from engine.data.lines.measure import in_blocks, measured
from engine.data.tables.facts import FACTS, Refused, several, shown

MOST_CHARACTERS = 100_000_000
"""of one side"""
FEWEST_PAIRS = 10
SOURCE = re.compile(r"(?:^|[^a-z])(?:source|src|input|question)(?:$|[^a-z])")
HEADERS = (
    {"source", "src", "input", "question", "from"},
    {"target", "tgt", "output", "answer", "to"},
)
"""what a first line of two words is taken for: names of the columns"""
READ = 0.5
"""share of the work that reading is, as far as progress is concerned"""
Progress = Callable[[float], None] | None


@dataclass(frozen=True)
class Side:
    """One of the two texts."""

    name: str
    lines: list[str]
    encoding: str
    guessed: bool = False


def read(path: Path, into: Path, file_name: str, progress: Progress) -> PairFacts:
    """What `read_pairs` does."""
    notes: list[str] = []
    try:
        if begins_like_zip(path):
            with opened(path) as archive:
                sides = _of_archive(archive)
        else:
            sides, notes = _of_columns(path, file_name)
        if progress is not None:
            progress(READ)
        facts = _written(sides, [*notes, *_guesses(sides)], into)
        (into / FACTS).write_text(facts.model_dump_json(indent=1), encoding="utf-8")
    except BaseException:
        # Nothing half-made stays in the caller's folder, whatever happened.
        for name in (PAIRS, FACTS):
            (into / name).unlink(missing_ok=True)
        raise
    return facts


def _of_archive(archive: Archive) -> tuple[Side, Side]:
    entries = archive.entries()
    if len(entries) != 2:
        raise Refused(
            f"The archive has {several(len(entries), 'file')}; pairs are two texts whose lines "
            "belong together, e.g. train.en and train.de. Zip these two alone."
        )
    # A name that says so is the source; else the alphabet decides, and a training may turn round.
    first, second = sorted(entries, key=lambda entry: not SOURCE.search(entry.path[-1].lower()))
    sides = _side(archive, first), _side(archive, second)
    counts = [len(side.lines) for side in sides]
    if counts[0] != counts[1]:
        raise Refused(
            f"{shown(sides[0].name)} has {several(counts[0], 'line')} and {shown(sides[1].name)} "
            f"has {several(counts[1], 'line')}, so which line belongs to which cannot be told. "
            "Give two texts with as many lines each. To tell classes apart, put the files of each "
            "class into a folder."
        )
    return sides


def _side(archive: Archive, entry: Entry) -> Side:
    try:
        found = plain(archive.read(entry), MOST_CHARACTERS)
    except Damaged as error:
        raise Refused(
            f"The entry {shown(entry.name, 80)} cannot be read: {error}. Save it as UTF-8."
        ) from error
    return Side(entry.path[-1], _lines(found.text), found.encoding, found.guessed)


def _of_columns(path: Path, file_name: str) -> tuple[tuple[Side, Side], list[str]]:
    """A tab stands between the two, and nothing else has a meaning: quotes are of the text."""
    if path.stat().st_size > 8 * MOST_CHARACTERS:
        raise Refused(f"The file has more than {8 * MOST_CHARACTERS:,} bytes. Give a part of it.")
    try:
        found = plain(path.read_bytes(), 2 * MOST_CHARACTERS)
    except Damaged as error:
        raise Refused(f"{shown(file_name)} cannot be read: {error}. Save it as UTF-8.") from error
    rows = [line.split("\t") for line in _lines(found.text)]
    for number, cells in enumerate(rows, start=1):
        if len(cells) != 2:
            raise Refused(
                f"Line {number} has {several(len(cells) - 1, 'tab')}; pairs are two texts a line, "
                "with one tab between them. Save the two columns alone, as TSV without quotes.",
                number,
            )
    names, notes = ("column 1", "column 2"), []
    if rows and all(rows[0][place].strip().lower() in HEADERS[place] for place in (0, 1)):
        names, rows = (rows[0][0], rows[0][1]), rows[1:]
        notes = ["The first line names the two columns; it is no pair."]
    first, second = ([row[place] for row in rows] for place in (0, 1))
    left = Side(names[0], first, found.encoding, found.guessed)
    return (left, Side(names[1], second, found.encoding)), notes


def _lines(text: str) -> list[str]:
    """Without an end: other marks that Python breaks lines at stand in sentences."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _guesses(sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        if side.guessed:
            yield (
                f"The encoding {side.encoding} of {side.name} is a guess: look at words with "
                "accents."
            )


def _written(sides: tuple[Side, Side], notes: list[str], into: Path) -> PairFacts:
    every = list(zip(sides[0].lines, sides[1].lines, strict=True))
    kept = [(first, second) for first, second in every if first.strip() and second.strip()]
    if len(kept) < FEWEST_PAIRS:
        raise Refused(
            f"There are {several(len(kept), 'pair')} with both sides; at least {FEWEST_PAIRS} are "
            "needed to learn from."
        )
    sources, targets = [first for first, _ in kept], [second for _, second in kept]
    table = pa.table(
        {"source": pa.array(sources, pa.string()), "target": pa.array(targets, pa.string())}
    )
    parquet.write_table(table, into / PAIRS, compression="zstd")
    return PairFacts(
        pairs=len(kept),
        duplicates=len(kept) - len(set(kept)),
        left_out=len(every) - len(kept),
        source=_measured(sources, sides[0]),
        target=_measured(targets, sides[1]),
        notes=notes,
    )


def _measured(lines: list[str], side: Side) -> Written:
    return measured(lambda: in_blocks(lines), side.name, side.encoding)
