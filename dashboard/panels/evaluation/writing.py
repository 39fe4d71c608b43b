"""What a language model wrote: the prompt, and how it went on. Every letter is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from engine.events import Sample


def draw(samples: Sequence[Sample]) -> None:
    """Side by side while there is room; long texts scroll inside themselves."""
    st.html("<h5>What the model writes</h5>" + html(samples))
    if any(each.prompt.strip() for each in samples):
        st.caption("The prompt is marked; the rest is the model's.")


def html(samples: Sequence[Sample]) -> str:
    """One box a text, line breaks as they were written."""
    boxes = "".join(map(_box, samples))
    return f'<div class="yard-texts">{boxes}</div>'


def _box(each: Sample) -> str:
    return f'<pre tabindex="0"><mark>{escape(each.prompt)}</mark>{escape(each.text)}</pre>'
