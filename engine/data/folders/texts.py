"""A zip of text files in folders as a table: what stands in each, its class, where it lay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from engine.data.folders.archive import Archive, Damaged, opened
from engine.data.folders.facts import MOST_NAMED
from engine.data.folders.kinds import refuse_archive
from engine.data.folders.layout import Place, layout
from engine.data.folders.plain import plain
from engine.data.tables.facts import (
    FACTS,
    TABLE,
    Dialect,
    Format,
    Loss,
    Refused,
    TableFacts,
    save_facts,
    several,
    shown,
)
from engine.data.tables.write import Planned, write

BLOCK_CHARACTERS = 8_000_000
FIRST_LOOK = 0.4
"""share of the work that deciding is, as far as progress is concerned"""
NO_FOLDER = "it lies in no folder of a class"
Progress = Callable[[float], None] | None


def read(path: Path, into: Path, progress: Progress) -> TableFacts:
    """What `read_texts` does. Two looks: which files are texts, then what stands in them."""
    try:
        with opened(path) as archive:
            found = _survey(archive, progress)
        arranged = layout([each.path for each in found.seen], "text")
        pairs = zip(found.seen, arranged.places, strict=True)
        samples = sorted((Sample(seen, place) for seen, place in pairs if place), key=_order)
        strays = [
            each for each, place in zip(found.seen, arranged.places, strict=True) if not place
        ]
        found.lost += [("/".join(each.path), NO_FOLDER) for each in strays]
        with opened(path) as archive:
            cells = TextCells(archive, samples, [*arranged.notes, *_notes(found, samples)])
            planned = [Planned(name, "text", "", ".", chosen=False) for name in cells.names]
            facts = write(cells, planned, into, _later(progress))
        facts = facts.model_copy(update={"losses": _losses(found)})
        save_facts(facts, into)
    except BaseException:
        # Nothing half-made stays in the caller's folder, whatever happened.
        for name in (TABLE, FACTS):
            (into / name).unlink(missing_ok=True)
        raise
    return facts


@dataclass(frozen=True)
class Seen:
    """A file that is a text. `place` is its position in the list of entries."""

    place: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """A text that is kept, and where it belongs."""

    seen: Seen
    place: Place


@dataclass
class Survey:
    """What was found at the first look."""

    seen: list[Seen] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    """files that are not kept, by name, and why"""
    guesses: Counter[str] = field(default_factory=Counter)
    """texts by the encoding that was guessed"""
    contents: Counter[int] = field(default_factory=Counter)
    """how often each text is there, by its hash"""


def _survey(archive: Archive, progress: Progress) -> Survey:
    entries, found = archive.entries(), Survey()
    packed = sum(entry.info.compress_size for entry in entries) or 1
    done = 0
    for place, entry in enumerate(entries):
        try:
            content = archive.read(entry)
            refuse_archive(entry.name, content)
            decoded = plain(content)
            if not decoded.text.strip():
                raise Damaged("it is empty")
        except Damaged as error:
            found.lost.append((entry.name, str(error)))
        else:
            found.seen.append(Seen(place, entry.path))
            found.guesses.update([decoded.encoding] if decoded.guessed else [])
            found.contents[hash(decoded.text)] += 1
        done += entry.info.compress_size
        if progress is not None:
            progress(FIRST_LOOK * done / packed)
    if not found.seen:
        name, why = found.lost[0] if found.lost else ("", "")
        named = f": {shown(name, 80)}: {why}" if name else ""
        raise Refused(f"There is no text in this archive{named}. Zip a folder for each class.")
    return found


def _order(sample: Sample) -> tuple[str, str, tuple[str, ...]]:
    """By part, class and name: the archive's own order says nothing."""
    return sample.place.part, sample.place.name, sample.seen.path


def _notes(found: Survey, samples: list[Sample]) -> Iterator[str]:
    for encoding, count in found.guesses.most_common():
        yield (
            f"{several(count, 'text')} read as {encoding}, which is a guess: "
            "look at words with accents"
        )
    again = sum(count - 1 for count in found.contents.values())
    if again:
        yield f"{several(again, 'text')} equal to another one: all are kept"
    parts = Counter(sample.place.part for sample in samples if sample.place.part)
    if parts:
        listed = ", ".join(f"{count:,} {part}" for part, count in parts.items())
        yield (
            f"the folders divide them ({listed}): the column part says how; a training divides "
            "them anew"
        )


def _losses(found: Survey) -> list[Loss]:
    """Of the column `file`, for what is not kept is a whole row."""
    losses = [
        Loss(column="file", sentence=f"{shown(name, 80)} is not kept: {why}", count=1)
        for name, why in found.lost[:MOST_NAMED]
    ]
    if (more := len(found.lost) - MOST_NAMED) > 0:
        losses.append(Loss(column="file", sentence="and more like these", count=more))
    return losses


class TextCells:
    """The texts that are kept, as cells."""

    format: Format = "texts"
    dialect: Dialect | None = None

    def __init__(self, archive: Archive, samples: list[Sample], notes: list[str]) -> None:
        self._archive, self._samples, self.notes = archive, samples, notes
        self.names = ["text", "label", "file"]
        if any(sample.place.part for sample in samples):
            self.names.append("part")
        self.strings = set(self.names)

    def blocks(self, heard: Callable[[float], None]) -> Iterator[list[pa.Array]]:
        """A few megabytes of texts at a time."""
        entries, rows, size = self._archive.entries(), [], 0
        for number, sample in enumerate(self._samples, start=1):
            text = plain(self._archive.read(entries[sample.seen.place])).text
            where = "/".join(sample.seen.path)
            rows.append((text, sample.place.name, where, sample.place.part)[: len(self.names)])
            size += len(text)
            if size > BLOCK_CHARACTERS:
                yield _arrays(rows)
                rows, size = [], 0
            heard(number / len(self._samples))
        if rows:
            yield _arrays(rows)


def _arrays(rows: list[tuple[str, ...]]) -> list[pa.Array]:
    return [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]


def _later(progress: Progress) -> Callable[[float], None]:
    def heard(share: float) -> None:
        if progress is not None:
            progress(FIRST_LOOK + (1 - FIRST_LOOK) * share)

    return heard
