"""How the command line writes what is known of a person's running text: a corpus, or pairs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.data.lines import CorpusFacts, PairFacts
from engine.data.lines.facts import Written
from engine.data.tables.facts import several
from jobs.cli import table_text, text
from jobs.cli.bars import bars, word_lines

LETTERS = 100
"""of a line that is shown"""


def describe(facts: CorpusFacts | PairFacts) -> None:
    """What was found, a line a thing."""
    for line in found(facts):
        text.write(text.printable(line))


def found(facts: CorpusFacts | PairFacts) -> Iterator[str]:
    """How much there is, and how it is written."""
    if isinstance(facts, CorpusFacts):
        yield (
            f"{facts.characters:,} characters, {facts.letters:,} different, in "
            f"{several(facts.text.lines, 'line')} ({facts.text.encoding})"
        )
    else:
        yield f"{several(facts.pairs, 'pair')}: {facts.source.name} to {facts.target.name}"
    yield from facts.notes


def lost_lines(facts: CorpusFacts | PairFacts) -> Iterator[str]:
    """The lines that are not kept."""
    if isinstance(facts, PairFacts) and facts.left_out:
        said = "pair has an empty side" if facts.left_out == 1 else "pairs have an empty side"
        yield f"{facts.left_out:,} {said}"


def profile_lines(facts: CorpusFacts | PairFacts) -> Iterator[str]:
    """Lengths, words, what is there twice."""
    yield from found(facts)
    if isinstance(facts, CorpusFacts):
        yield from _written(facts.text)
        return
    yield f"{facts.duplicates:,} of them equal to an earlier one"
    for side in (facts.source, facts.target):
        yield ""
        yield f"{side.name} ({side.encoding})"
        yield from _written(side)


def _written(side: Written) -> Iterator[str]:
    size = side.lengths
    yield (
        f"  {side.empty:,} empty lines, {side.duplicates:,} equal to an earlier one; "
        f"{size.shortest:,} to {size.longest:,} characters, {text.number(size.mean)} on average"
    )
    yield f"  {bars(size.histogram.counts)}"
    yield from (f"  {line}" for line in word_lines(side.words, "line"))


def lines(rows: list[list[str]]) -> Iterator[str]:
    """The first lines; the two of a pair with an arrow between them."""
    for row in rows:
        yield " \u2192 ".join(table_text.cell(each, LETTERS) for each in row)
