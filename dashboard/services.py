"""What every page works with: one opened Yard and one inspector per server process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from dashboard.attendants import Attendants
from dashboard.inspector import Inspector
from jobs.history import HistoryError
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard


@st.cache_resource(show_spinner=False)
def yard() -> Yard:
    """The Yard of `TRAINYARD_HOME`, opened at the first page."""
    return Yard.open()


@st.cache_resource(show_spinner=False)
def inspector() -> Inspector:
    """The client of the helper process that knows torch."""
    return Inspector()


@st.cache_resource(show_spinner=False)
def attendants() -> Attendants:
    """The processes that read and measure data."""
    return Attendants()


@contextmanager
def sentences() -> Iterator[None]:
    """Turns what may fail outside of us into one sentence on the page, and what to do."""
    try:
        yield
    except (RedisError, RedisUnavailable) as error:
        trouble("Redis does not answer", _redis_remedy(error))
    except OperationalError:
        trouble(
            "The history database does not answer",
            "It is busy or its disk is full. Nothing is lost: the runs go on and the events wait. "
            "Reload in a moment; ./trainyard doctor says more.",
        )
    except HistoryError as error:
        trouble("The history cannot be opened", str(error))


def trouble(what: str, remedy: str) -> None:
    """One calm box: what is wrong, and what to do."""
    with st.container(border=True, key="trouble"):
        st.markdown(f":material/cloud_off: **{what}**")
        st.text(remedy)


def _redis_remedy(error: Exception) -> str:
    if isinstance(error, RedisUnavailable):
        return str(error)
    return (
        "Runs that train go on and keep their points. ./trainyard up starts Redis again by "
        "itself; if you use your own server, check REDIS_URL. Then reload this page."
    )
