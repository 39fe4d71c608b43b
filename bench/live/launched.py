"""From the press on Launch to the first point of the loss on screen, the workers being warm."""

from __future__ import annotations

import time
from typing import Any

from bench.live.screen import drawn_at
from bench.row import Row, below

LAUNCHES = 12
LIMIT_MS = 2000.0


def measure(page: Any, port: int) -> list[Row]:
    """Launches the form's own first choice again and again."""
    times = []
    for number in range(LAUNCHES + 1):
        page.goto(f"http://127.0.0.1:{port}/")
        button = page.get_by_role("button", name="Launch", exact=True)
        button.wait_for()
        page.wait_for_timeout(1500)
        pressed = time.time() * 1000
        button.click()
        drawn = drawn_at(page)
        # The first one finds a cold forkserver and an unparsed data set.
        if number:
            times.append(drawn - pressed)
        _stop(page)
    return [below("press on Launch to the first loss point", times, LIMIT_MS)]


def _stop(page: Any) -> None:
    """Frees the worker for the next launch."""
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop the run").click()
    page.locator(".ty-state[data-state=stopped], .ty-state[data-state=finished]").wait_for()
