"""Images of one's own, as people look at them: classes with bars and pictures, sizes, losses."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.tables import cards
from dashboard.tables.facts import short
from dashboard.text import count, one_line, plain
from engine.data.folders import ImageFacts
from engine.data.tables.profiling.report import Common

_MOST_LOST = 50
_MOST_STRANGERS = 20


def summary(found: ImageFacts) -> str:
    """`12 images, 3 classes · 10 PNG, 2 JPEG`, as Markdown."""
    formats = ", ".join(f"{count(number)} {name}" for name, number in found.formats.items())
    return f"**{nouns(found.images, len(found.classes))}** · {plain(formats)}"


def nouns(images: int, classes: int) -> str:
    """`1 image, 3 classes`."""
    return f"{count(images)} image{'' if images == 1 else 's'}, {count(classes)} classes"


def draw(found: ImageFacts, pictures: Sequence[Sequence[str]]) -> None:
    """Everything that is known of them. `pictures`: JPEGs in base64 of the first classes."""
    _sizes(found)
    st.markdown("#### Classes")
    values = [Common(value=each.name, count=each.images) for each in found.classes]
    st.html(cards.bars(sorted(values, key=lambda each: -each.count), found.images))
    if pictures:
        st.html(_gallery(found, pictures))
    if len(found.classes) > len(pictures):
        st.caption(f"Pictures of the first {len(pictures)} of {count(len(found.classes))} classes.")


def losses(found: ImageFacts) -> None:
    """What was converted and passed over, then every image that is not kept, by name."""
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    if found.strangers:
        names = ", ".join(short(name) for name in found.strangers[:_MOST_STRANGERS])
        more = found.stranger_files - len(found.strangers[:_MOST_STRANGERS])
        rest = f" and {count(more)} more" if more else ""
        st.caption(f":material/info: No images, left out: {plain(names)}{rest}")
    if not found.lost:
        return
    with st.container(border=True, key="losses"):
        verb = "image is" if found.lost_images == 1 else "images are"
        st.markdown(f":material/warning: **{count(found.lost_images)} {verb} not kept**")
        for each in found.lost[:_MOST_LOST]:
            st.markdown(f"{plain(one_line(each.name))}: {plain(each.why)}")
        if (more := found.lost_images - len(found.lost[:_MOST_LOST])) > 0:
            st.caption(f"And {count(more)} more.")


def _sizes(found: ImageFacts) -> None:
    smallest, largest, commonest = (
        f"{width:,} x {height:,}"
        for width, height in (found.smallest, found.largest, found.commonest)
    )
    said = [
        f"smallest {smallest}, largest {largest}, most often {commonest} pixels "
        f"({count(found.commonest_images)})",
        f"{count(found.images - found.grey)} in colour, {count(found.grey)} grey",
    ]
    if found.parts:
        parts = ", ".join(f"{count(number)} {part}" for part, number in found.parts.items())
        said.append(f"divided by their folders: {parts}")
    st.caption(plain(" · ".join(said)))


def _gallery(found: ImageFacts, pictures: Sequence[Sequence[str]]) -> str:
    """A card a class."""
    drawn = "".join(
        f"<article><header><b>{escape(short(each.name))}</b></header><div>"
        + "".join(_picture(content, each.name) for content in some)
        + "</div></article>"
        for each, some in zip(found.classes, pictures, strict=False)
    )
    return f'<div class="yard-columns yard-thumbnails">{drawn}</div>'


def _picture(content: str, name: str) -> str:
    return f'<img src="data:image/jpeg;base64,{escape(content)}" alt="{escape(short(name))}">'
