"""A real dashboard process and a recorder, for the tests of the pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from jobs.home import Home
from tests.dashboard.serving import Dashboard, free_port, running, serving


@pytest.fixture(autouse=True)
def own_program() -> Iterator[None]:
    """AppTest puts its script in the place of the program, where multiprocessing looks for it."""
    program = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = program


@pytest.fixture(scope="session", autouse=True)
def _no_helper_left() -> Iterator[None]:
    """The pages of all tests ask the same inspector (`paging.fresh_yard`)."""
    yield
    if (services := sys.modules.get("dashboard.services")) is not None:
        services.inspector().close()


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
