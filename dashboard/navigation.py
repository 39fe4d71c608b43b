"""The pages and the ways between them. All state of a page is in its URL."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page


def pages() -> dict[str, Page]:
    """Every page by name, in the order of the navigation."""
    from dashboard.pages import launch, machines, run, runs

    return {
        "launch": st.Page(launch.page, title="Launch", url_path="launch", default=True),
        "runs": st.Page(runs.page, title="Runs", url_path="runs"),
        "run": st.Page(run.page, title="Run", url_path="run", visibility="hidden"),
        "machines": st.Page(machines.page, title="Machines", url_path="machines"),
    }


def go(page: str, **query: str) -> NoReturn:
    """Leaves the running page for another one."""
    st.switch_page(pages()[page], query_params=query)


def link(label: str, page: str, *, icon: str | None = None, **query: str) -> None:
    """A link to another page that keeps the session."""
    st.page_link(pages()[page], label=label, icon=icon, query_params=query)
