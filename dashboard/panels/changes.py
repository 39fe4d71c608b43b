"""Samples before and after as HTML: images, texts, rows of a table, series. All escaped."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dashboard.panels.evaluation.gallery import png
from dashboard.table import Cell, html
from dashboard.text import metric, one_line

Preview = Mapping[str, Any]
"""as `engine.outlook.preview.Preview` is written down"""
_WIDTH, _HEIGHT = 100, 36
_BEFORE, _AFTER = "#9a9da6", "#6c6ff0"
"""of lines: an image does not know the colours of the page, so these do in both modes"""


def changes(preview: Preview) -> str:
    """Each sample, and what a step of the training makes of it."""
    ways: dict[str, Callable[[Preview], str]] = {
        "images": _images,
        "texts": _texts,
        "rows": _rows,
        "series": _series,
    }
    return ways[preview["kind"]](preview)


def _images(preview: Preview) -> str:
    """One above the other."""
    rows = zip(preview["classes"], preview["before"], preview["after"], strict=True)
    figures = [
        f'<figure><img src="{png(before)}" alt="{escape(name)} as it is">'
        f'<img src="{png(after)}" alt="{escape(name)} changed"></figure>'
        for name, before, after in rows
    ]
    return f'<div class="yard-pairs">{"".join(figures)}</div>'


def _texts(preview: Preview) -> str:
    """One above the other; changed words are marked, those left out are struck through."""
    names = preview["classes"] or [""] * len(preview["before"])
    articles = [
        f"<article><small>{escape(one_line(name))}</small>"
        f"<p>{escape(''.join(before))}</p><p>{_marked(before, after)}</p></article>"
        for name, before, after in zip(names, preview["before"], preview["after"], strict=True)
    ]
    return f'<div class="yard-changes">{"".join(articles)}</div>'


def _marked(before: Sequence[str], after: Sequence[str]) -> str:
    found = []
    for old, new in zip(before, after, strict=True):
        if old == new:
            found.append(escape(new))
        else:
            tag, piece = ("mark", new) if new else ("del", old)
            word = piece.rstrip(" ")
            found.append(f"<{tag}>{escape(word)}</{tag}>{piece[len(word) :]}")
    return "".join(found)


def _rows(preview: Preview) -> str:
    """A changed number is marked, with what it was below it."""
    lines = [
        [_number(old, new) for old, new in zip(before, after, strict=True)]
        for before, after in zip(preview["before"], preview["after"], strict=True)
    ]
    return html([one_line(name) for name in preview["names"]], lines)


def _number(before: float, after: float) -> Cell:
    old, new = metric(before), metric(after)
    changed = old != new
    return Cell(new, mark=changed, number=True, note=old if changed else "")


def _series(preview: Preview) -> str:
    """One line over the other, on one scale a series."""
    name = escape(one_line(preview["name"]))
    figures = [
        _chart(before, after, name)
        for before, after in zip(preview["before"], preview["after"], strict=True)
    ]
    return f'<div class="yard-series">{"".join(figures)}</div><small>{name}</small>'


def _chart(before: Sequence[float], after: Sequence[float], name: str) -> str:
    low, high = min(*before, *after), max(*before, *after)
    lines = "".join(
        f'<polyline points="{_points(values, low, high)}" stroke="{colour}" '
        'stroke-width="1.5" vector-effect="non-scaling-stroke"/>'
        for values, colour in ((before, _BEFORE), (after, _AFTER))
    )
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" fill="none" '
        f'preserveAspectRatio="none">{lines}</svg>'
    )
    # As an image: drawings inside the page are taken out of it by Streamlit.
    address = f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"
    return f'<img src="{address}" alt="{name} before and after">'


def _points(values: Sequence[float], low: float, high: float) -> str:
    """From left to right, from 1 below the upper edge to 1 above the lower one."""
    reach, last = (high - low) or 1.0, max(len(values) - 1, 1)
    return " ".join(
        f"{_WIDTH * place / last:.2f},{1 + (_HEIGHT - 2) * (high - value) / reach:.2f}"
        for place, value in enumerate(values)
    )
