"""A real browser, a real dashboard process, and a recorder, for the tests of the pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from jobs.home import Home
from tests.dashboard.serving import Dashboard, free_port, running, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def dashboard(home: Home) -> Iterator[Dashboard]:
    """A dashboard of its own process on an empty home."""
    with serving(home, free_port()) as served:
        yield served


@pytest.fixture
def recorder(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """The recorder of that home."""
    with running("jobs.recorder", home) as process:
        yield process
