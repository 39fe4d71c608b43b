"""One home, one dashboard and two runs for all tests of the charts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bench.writer import Writer, save
from jobs.home import Home
from jobs.server import Server
from jobs.yard import Yard
from tests.conftest import joined
from tests.dashboard.charting import POINTS, REACHED, READY, write_long
from tests.dashboard.serving import Complaints, Dashboard, free_port, running, serving


@pytest.fixture(scope="module")
def home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home for all tests of this file: they look at the same two runs."""
    folder = tmp_path_factory.mktemp("charts")
    with joined(server, folder / "home") as place, running("jobs.recorder", place):
        yield place


@pytest.fixture(scope="module")
def yard(home: Home) -> Iterator[Yard]:
    """Its history and services."""
    opened = Yard.open(home)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def dashboard(home: Home) -> Iterator[Dashboard]:
    """One dashboard for all tests of this file."""
    with serving(home, free_port()) as served:
        yield served


@pytest.fixture(scope="module")
def long_run(yard: Yard) -> Iterator[str]:
    """A run of many points."""
    writer = Writer(yard, save(yard), total_steps=POINTS)
    write_long(writer)
    yield writer.run_id
    writer.close()


@pytest.fixture(scope="module")
def writer(yard: Yard) -> Iterator[Writer]:
    """A run that trains."""
    going = Writer(yard, save(yard))
    going.begin()
    going.steps(100)
    going.evaluate()
    going.hardware()
    yield going
    going.close()


def opened(browser: Browser, url: str, wide: int = 1440) -> Iterator[Page]:
    """A page in a fresh profile that must not complain."""
    profile = browser.new_context(viewport={"width": wide, "height": 1000})
    page = profile.new_page()
    complaints = Complaints.of(page)
    page.goto(url)
    # All tests of all files at once may leave a browser little of two cores.
    page.wait_for_function(READY, timeout=90_000)
    yield page
    assert complaints.texts == []
    profile.close()


@pytest.fixture
def page(browser: Browser, dashboard: Dashboard, writer: Writer) -> Iterator[Page]:
    """The page of the run that trains."""
    yield from opened(browser, dashboard.url(f"/run?id={writer.run_id}"))


@pytest.fixture
def long_page(browser: Browser, dashboard: Dashboard, long_run: str) -> Iterator[Page]:
    """The page of the long run, when all of it has come."""
    for page in opened(browser, dashboard.url(f"/run?id={long_run}")):
        page.wait_for_function(REACHED, arg=POINTS)
        yield page
