"""Some samples of the chosen data before and after augmentation, beside the form."""

from __future__ import annotations

import streamlit as st

from dashboard import services
from dashboard.inspector import PATIENCE_SECONDS, Answer
from dashboard.panels.changes import changes
from dashboard.text import finished, plain
from engine.config import RunConfig

_CAPTIONS = {
    "images": "Above: as they are. Below: as a step of the training sees them, each time anew.",
    "texts": "Above: as they are read. Below: as a step of the training sees them, each time anew.",
    "rows": "As a step of the training sees them, each time anew; below each change: as it is.",
    "series": "Grey: as they are. In colour: as a step of the training sees them, each time anew.",
}


def draw(config: RunConfig) -> None:
    """Nothing for data that stay as they are."""
    if not config.data.augmented:
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
    """Redraws the page as soon as the helper has the samples."""
    if services.inspector().ask_preview(config, 0) is not None:
        st.rerun()
    st.caption(":gray[Reading samples …]")


def _show(answer: Answer) -> None:
    if "failed" in answer:
        st.caption(plain(str(answer["failed"])))
    elif "problems" in answer:
        for problem in answer["problems"]:
            st.caption(plain(finished(str(problem["message"]))))
    elif answer["preview"] is None:
        st.caption("Nothing that could be seen: no column of these data is a quantity.")
    else:
        st.html(changes(answer["preview"]))
        st.caption(_CAPTIONS[answer["preview"]["kind"]])
