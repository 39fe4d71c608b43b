"""A file that lies on another machine, where the owner allows fetching."""

from __future__ import annotations

import streamlit as st

from dashboard import navigation, services
from dashboard.tables.waiting import PATIENCE_SECONDS, wait
from dashboard.text import finished, one_line
from jobs.data_sets.attendant import Order
from jobs.data_sets.remote import Allowed

# What is fetched stands in the session and not in the URL: a link must not make us fetch.
_FETCHING = "data.fetching"
_REFUSED = "data.refused"


def draw() -> None:
    """A line to type an address in; nothing where fetching is off."""
    if not Allowed.from_environment().anything:
        return
    with st.form("fetch", border=False):
        given, press = st.columns((5, 1), vertical_alignment="bottom")
        address = given.text_input(
            "Or an address",
            placeholder="https://host/file.csv or hf://owner/name",
            key="address",
        )
        if press.form_submit_button("Fetch", icon=":material/download:", width="stretch"):
            st.session_state[_FETCHING] = address.strip()
            st.session_state[_REFUSED] = ""
    if _FETCHING in st.session_state:
        _fetch(str(st.session_state[_FETCHING]))
    if refused := st.session_state.get(_REFUSED):
        with st.container(border=True, key="trouble"):
            st.markdown(":material/block: **Nothing was fetched**")
            st.text(finished(one_line(refused)))


def _fetch(address: str) -> None:
    order = Order(fetch=address)
    found = services.attendants().look(order)
    if not found.wait(PATIENCE_SECONDS):
        wait(order, f"Fetching {one_line(address)}", _leave)
        return
    del st.session_state[_FETCHING]
    # Forgotten, so that the same address is fetched anew when it is asked for again.
    services.attendants().end(order)
    if found.fetched:
        navigation.go("data", upload=found.fetched)
    st.session_state[_REFUSED] = found.refused


def _leave() -> None:
    services.attendants().end(Order(fetch=st.session_state.pop(_FETCHING)))
    st.rerun()
