"""A corpus, or pairs of texts, as people look at them: how long, which words, the first lines."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.table import Cell, table
from dashboard.tables import cards
from dashboard.tables.facts import short
from dashboard.text import count, plain
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.lines.facts import Written

_SHOWN_LETTERS = 12_000
"""of the beginning of a corpus"""


def summary(found: CorpusFacts | PairFacts) -> str:
    """`1,115,394 characters, 40,000 lines · utf-8`, as Markdown."""
    if isinstance(found, CorpusFacts):
        lines = f"{count(found.text.lines)} line{'' if found.text.lines == 1 else 's'}"
        said = f"**{count(found.characters)} characters, {lines}**"
        return f"{said} · {plain(f'{found.letters:,} different characters, {found.text.encoding}')}"
    names = plain(f"{found.source.name} to {found.target.name}")
    return f"**{count(found.pairs)} pairs** · {names}"


def losses(found: CorpusFacts | PairFacts) -> None:
    """What was guessed and converted, then what is not kept."""
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    if isinstance(found, PairFacts) and found.left_out:
        with st.container(border=True, key="losses"):
            verb = "pair is" if found.left_out == 1 else "pairs are"
            st.markdown(f":material/warning: **{count(found.left_out)} {verb} not kept**")
            st.markdown("Their other side is empty, so there is nothing to learn from them.")


def draw(found: CorpusFacts | PairFacts, lines: Sequence[Sequence[str]]) -> None:
    """Everything that is known of them, and the first `lines`."""
    if isinstance(found, CorpusFacts):
        measures([("lines", found.text)])
        _beginning(lines)
        return
    twice = found.duplicates
    if twice:
        said = (
            "pair is equal to an earlier one" if twice == 1 else "pairs are equal to earlier ones"
        )
        st.caption(
            f":orange[:material/warning: {count(twice)} {said}. Where such pairs stand in two "
            "parts, the test looks better than it is.]"
        )
    measures([(found.source.name, found.source), (found.target.name, found.target)])
    _first_pairs(found, lines)


def measures(sides: Sequence[tuple[str, Written]]) -> None:
    """Of each side a card with its lengths, and one with its words."""
    articles = [article for name, side in sides for article in _articles(name, side)]
    st.html(f'<div class="yard-columns yard-wide">{"".join(articles)}</div>')


def _articles(name: str, side: Written) -> list[str]:
    size = side.lengths
    words = side.words.histogram
    low, high = int(words.edges[0]), int(words.edges[-1])
    letters = f"{count(size.shortest)} to {count(size.longest)} characters a line"
    twice = f"{count(side.empty)} empty, {count(side.duplicates)} equal to an earlier one"
    spread = (
        cards.lines([twice])
        + cards.plot(size.histogram)
        + cards.lines([letters])
        + cards.plot(words)
        + cards.lines([f"{count(low)} to {count(high)} words a line"])
    )
    head = escape(short(name))
    return [_article(head, spread), _article(f"Words of {head}", cards.words(side.words))]


def _article(head: str, body: str) -> str:
    return f"<article><header><b>{head}</b></header>{body}</article>"


def _beginning(lines: Sequence[Sequence[str]]) -> None:
    st.markdown("#### How it begins")
    text = "\n".join(line for (line,) in lines)[:_SHOWN_LETTERS]
    st.html(f'<div class="yard-texts"><pre tabindex="0">{escape(text)}</pre></div>')


def _first_pairs(found: PairFacts, lines: Sequence[Sequence[str]]) -> None:
    st.markdown("#### First pairs")
    rows = [[Cell(one), Cell(other)] for one, other in lines]
    table([short(found.source.name), short(found.target.name)], rows, scrolls=True)
