"""What all figures share."""

from __future__ import annotations

from typing import Any

from dashboard.text import plotly_text

CHANCE = {"width": 1, "dash": "dot", "color": "gray"}
"""the line of what is no skill, or no error"""
_MARGIN = {"l": 0, "r": 8, "t": 36, "b": 0}
_LETTERS = 22


def layout(title: str, height: int) -> dict[str, Any]:
    """Title, height in pixels, and margins of a figure."""
    return {"title": {"text": title, "font": {"size": 14}}, "height": height, "margin": _MARGIN}


def short(name: str) -> str:
    """A name that leaves room for the picture, safe in Plotly."""
    return plotly_text(name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…")
