"""A long look that is not over: a bar, and the page again as soon as it is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import services
from jobs.data_sets.attendant import Order

REFRESH_SECONDS = 0.5
PATIENCE_SECONDS = 0.25
"""that a page waits for a look before it shows a bar"""


@st.fragment(run_every=REFRESH_SECONDS)
def wait(order: Order, doing: str, cancel: Callable[[], None] | None = None) -> None:
    """`Reading the file: 43 %`, with a button where one may `cancel`."""
    look = services.attendants().look(order)
    if look.over:
        st.rerun()
    st.progress(min(1.0, look.progress), text=f"{doing}: {100 * look.progress:.0f} %")
    if cancel is not None and st.button("Cancel", key="cancel"):
        cancel()
