"""Some images of the chosen data before and after augmentation, beside the form."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dashboard import services
from dashboard.inspector import PATIENCE_SECONDS, Answer
from dashboard.panels.evaluation.gallery import png
from dashboard.text import finished, plain
from engine.config import RunConfig
from engine.data.augmentation import Augmentation
from engine.data.images import Images


def draw(config: RunConfig) -> None:
    """Nothing for data that are no images, or that stay as they are."""
    if not isinstance(config.data, Images) or config.data.augmentation == Augmentation():
        return
    with st.container(border=True, key="augmentation"):
        st.markdown("#### What the model sees")
        answer = services.inspector().ask_preview(config, PATIENCE_SECONDS)
        if answer is None:
            _wait(config)
        else:
            _show(answer)


@st.fragment(run_every=0.5)
def _wait(config: RunConfig) -> None:
    """Redraws the page as soon as the helper has the images."""
    if services.inspector().ask_preview(config, 0) is not None:
        st.rerun()
    st.caption(":gray[Reading images …]")


def _show(answer: Answer) -> None:
    if "failed" in answer:
        st.caption(plain(str(answer["failed"])))
    elif "problems" in answer:
        for problem in answer["problems"]:
            st.caption(plain(finished(str(problem["message"]))))
    else:
        _images(answer["preview"])


def _images(preview: dict[str, Any]) -> None:
    """Each image above what a step of the training makes of it."""
    rows = zip(preview["classes"], preview["before"], preview["after"], strict=True)
    figures = [
        f'<figure><img src="{png(before)}" alt="{escape(name)} as it is">'
        f'<img src="{png(after)}" alt="{escape(name)} changed"></figure>'
        for name, before, after in rows
    ]
    st.html(f'<div class="yard-pairs">{"".join(figures)}</div>')
    st.caption("Above: as they are. Below: as a step of the training sees them, each time anew.")
