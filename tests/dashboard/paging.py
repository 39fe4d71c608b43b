"""Opens one page in Streamlit's own test harness, as the server would after the login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.lazy import opened_key

SECONDS = 30


def _script(name: str) -> None:
    import importlib

    import streamlit as st

    from dashboard import navigation, services

    st.navigation(list(navigation.pages().values()), position="hidden")
    with services.sentences():
        importlib.import_module(f"dashboard.pages.{name}").page()


def open_page(name: str, *popovers: str, **query: str) -> AppTest:
    """The drawn page; asserts that nothing went wrong on the way.

    `popovers`: those of the run that were opened once.
    """
    page = AppTest.from_function(_script, args=(name,), default_timeout=SECONDS)
    for key in popovers:
        page.session_state[opened_key(key, query["id"])] = True
    for key, value in query.items():
        page.query_params[key] = value
    return settled(page.run())


def settled(page: AppTest) -> AppTest:
    """The page itself; fails with the traceback the browser would not show."""
    assert not page.exception, "\n".join(page.exception[0].stack_trace)
    return page


def texts(page: AppTest) -> str:
    """Everything people can read on the page as one text."""
    found = [*page.markdown, *page.caption, *page.text, *page.get("html")]
    return "\n".join(str(_body(element)) for element in found)


def _body(element: object) -> object:
    return getattr(element, "value", None) or getattr(getattr(element, "proto", None), "body", "")


@contextmanager
def fresh_yard() -> Iterator[None]:
    """The pages open their services once per process; a test must not see another one's home.

    The inspector stays: built-in data are the same in every home, and its helper takes 4 s of
    processor time to import torch.
    """
    from dashboard import services

    services.yard.clear()
    st.cache_data.clear()
    yield
    services.attendants().close()
    services.yard().close()
    services.yard.clear()
    st.cache_data.clear()


@contextmanager
def fresh_services() -> Iterator[None]:
    """The same with an inspector that knows this test's home: for people's own data and models."""
    _end_inspector()
    with fresh_yard():
        yield
    _end_inspector()


def _end_inspector() -> None:
    from dashboard import services

    services.inspector().close()
    services.inspector.clear()
