"""How the command line writes what is known of a person's images."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from engine.data.folders import ImageFacts
from engine.data.folders.facts import PARTS
from engine.data.tables.facts import several
from jobs.cli import text

MOST_CLASSES = 200
MOST_LOST = 50
MOST_STRANGERS = 10
BAR = 24


def describe(facts: ImageFacts) -> None:
    """What was found: how many, how large, in which classes."""
    for line in found(facts):
        text.write(text.printable(line))
    text.console().print(classes_table(facts))


def found(facts: ImageFacts) -> Iterator[str]:
    """A line a thing."""
    formats = ", ".join(f"{count:,} {name}" for name, count in facts.formats.items())
    yield f"{several(facts.images, 'image')}, {len(facts.classes):,} classes ({formats})"
    yield (
        f"{_size(facts.smallest)} to {_size(facts.largest)} pixels, most often "
        f"{_size(facts.commonest)} ({facts.commonest_images:,})"
    )
    yield f"{facts.images - facts.grey:,} in colour, {facts.grey:,} grey"
    if facts.parts:
        parts = ", ".join(f"{count:,} {part}" for part, count in facts.parts.items())
        yield f"divided by their folders: {parts}"
    if facts.strangers:
        names = ", ".join(facts.strangers[:MOST_STRANGERS])
        more = facts.stranger_files - len(facts.strangers[:MOST_STRANGERS])
        rest = f" and {more:,} more" if more else ""
        yield f"no images, left out: {names}{rest}"
    yield from facts.notes


def lost_lines(facts: ImageFacts) -> Iterator[str]:
    """The images that are not kept, and why."""
    for each in facts.lost[:MOST_LOST]:
        yield f'"{each.name}": {each.why}'
    if (more := facts.lost_images - len(facts.lost[:MOST_LOST])) > 0:
        yield f"and {several(more, 'image')} more"


def classes_table(facts: ImageFacts) -> Table:
    """A line a class, with a bar."""
    table = Table(box=None, pad_edge=False)
    parts = [part for part in PARTS if part in facts.parts]
    for name in ("class", "images", *parts, ""):
        table.add_column(name, no_wrap=name != "class", justify="left")
    most = max(each.images for each in facts.classes)
    for each in facts.classes[:MOST_CLASSES]:
        bar = "█" * max(1, round(BAR * each.images / most))
        counts = (f"{each.parts.get(part, 0):,}" for part in parts)
        table.add_row(text.printable(each.name[:60]), f"{each.images:,}", *counts, bar)
    if len(facts.classes) > MOST_CLASSES:
        table.add_row(f"... and {len(facts.classes) - MOST_CLASSES:,} more")
    return table


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]:,}x{size[1]:,}"
