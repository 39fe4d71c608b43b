"""The pages and the ways between them. All state of a page is in its URL."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page


def pages() -> dict[str, Page]:
    """Every page by name, in the order of the navigation."""
    # One by one: mypy's cache forgets the modules of a package that was imported in a function.
    from dashboard.pages.alerts import page as alerts
    from dashboard.pages.compare import page as compare
    from dashboard.pages.data import page as data
    from dashboard.pages.launch import page as launch
    from dashboard.pages.machines import page as machines
    from dashboard.pages.queue import page as queue
    from dashboard.pages.run import page as run
    from dashboard.pages.runs import page as runs

    return {
        "launch": st.Page(launch, title="Launch", url_path="launch", default=True),
        "data": st.Page(data, title="Data", url_path="data"),
        "runs": st.Page(runs, title="Runs", url_path="runs"),
        "run": st.Page(run, title="Run", url_path="run", visibility="hidden"),
        "compare": st.Page(compare, title="Compare", url_path="compare", visibility="hidden"),
        "queue": st.Page(queue, title="Queue", url_path="queue"),
        "alerts": st.Page(alerts, title="Alerts", url_path="alerts"),
        "machines": st.Page(machines, title="Machines", url_path="machines"),
    }


def go(page: str, **query: str) -> NoReturn:
    """Leaves the running page for another one."""
    st.switch_page(pages()[page], query_params=query)


def link(label: str, page: str, *, icon: str | None = None, **query: str) -> None:
    """A link to another page that keeps the session."""
    st.page_link(pages()[page], label=label, icon=icon, query_params=query)
