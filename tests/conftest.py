"""Real parts for all tests: an embedded server in a folder of its own, and homes joined to it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from bench.live.screen import BROWSER
from jobs.home import Home
from jobs.server import Server
from jobs.wire.connect import connect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from jobs.yard import Yard

TEST_DATA = Path(os.environ.get("TRAINYARD_TEST_DATA", Path(__file__).parents[2] / "shared/data"))
"""real files that no package carries; tests that need a missing one skip"""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first: begun last, it would leave the other cores without work."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session", autouse=True)
def _real_files() -> Iterator[None]:
    """What users download, found in the folder of test data instead, here and in subprocesses."""
    with pytest.MonkeyPatch.context() as patch:
        if TEST_DATA.is_dir():
            patch.setenv("TRAINYARD_DATA", str(TEST_DATA))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running embedded server; its `home` holds the endpoint."""
    folder = Path(tempfile.mkdtemp(prefix="trainyard-server-"))
    running = Server(Home(folder))
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder)


@contextmanager
def joined(server: Server, root: Path) -> Iterator[Home]:
    """An empty home, also named by TRAINYARD_HOME, joined to the session's emptied server."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REDIS_URL", "TRAINYARD_STORE", "TRAINYARD_DATABASE_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("TRAINYARD_HOME", str(root))
        place = Home.from_environment().create()
        endpoint = server.start()
        place.redis.mkdir()
        endpoint.write(place)
        with connect(place) as client:
            client.flushall()
        yield place


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Iterator[Home]:
    """A home of the test's own. A module whose tests share processes has one of its own."""
    with joined(server, tmp_path / "home") as place:
        yield place


@pytest.fixture
def client(home: Home) -> Iterator[redis.Redis]:
    """A connection to the emptied server."""
    with connect(home) as connection:
        yield connection


@pytest.fixture
def yard(home: Home) -> Yard:
    """The services of an empty home."""
    from jobs.yard import Yard

    return Yard.open(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one: skipped at home, failed where `CI=true`."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=BROWSER)
        yield chromium
        chromium.close()
