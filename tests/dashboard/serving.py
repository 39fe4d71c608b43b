"""Starts our processes for the tests of the pages, and listens to what a page complains of."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.home import Home

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True)
class Dashboard:
    """A running `python -m dashboard`."""

    home: Home
    port: int
    process: subprocess.Popen[bytes]

    @property
    def token(self) -> str:
        """What logs a browser in."""
        return self.home.token.read_text().strip()

    def url(self, path: str = "/") -> str:
        """The address of a page, with the token."""
        return f"http://127.0.0.1:{self.port}{path}{'&' if '?' in path else '?'}token={self.token}"


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(module: str, home: Home, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module` on a home, ended with SIGTERM."""
    variables = {**os.environ, "TRAINYARD_HOME": str(home.root), **environment}
    log = (home.root / f"{module}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, env=variables, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@contextmanager
def serving(home: Home, port: int) -> Iterator[Dashboard]:
    """A dashboard that answers."""
    with running("dashboard", home, TRAINYARD_PORT=str(port)) as process:
        await_page(f"http://127.0.0.1:{port}/healthz", process)
        yield Dashboard(home, port, process)


def await_page(url: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until the address answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the dashboard has ended; its log lies in the home"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            continue
    raise AssertionError(f"{url} did not answer within {START_SECONDS:.0f} s")


@dataclass
class Complaints:
    """What a page wrote to its console as a warning or an error, and uncaught exceptions."""

    texts: list[str]

    @classmethod
    def of(cls, page: Page) -> Complaints:
        """Listens to a page from now on."""
        heard = cls([])
        page.on("console", lambda message: heard.hear(message.type, message.text))
        page.on("pageerror", lambda error: heard.texts.append(str(error)))
        return heard

    def hear(self, kind: str, text: str) -> None:
        """One console message."""
        if kind == "error":
            self.texts.append(text)
