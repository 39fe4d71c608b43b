"""`./trainyard bench queue [RUNS]`: many runs that wait: queueing, looking at them, cancelling all.

With a real server and a real recorder that looks after them meanwhile; the pages as Streamlit runs
them for a browser, again and again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from bench.beside import beside
from bench.row import HEAD, Row, below
from bench.stand import process, stand
from engine.config import RunConfig
from engine.presets import PRESETS
from jobs import queue
from jobs.home import Home
from jobs.services import commands, queueing
from jobs.services.launching import launch_all, over_seeds
from jobs.yard import Yard

RUNS = 10_000
LOOKS = 30
QUEUEING_SECONDS, CANCELLING_SECONDS, PAGE_MS = 10.0, 10.0, 1_000
PATIENCE_SECONDS = 120.0


def main(arguments: list[str]) -> int:
    """Prints the table; exit code 1 when a target was missed."""
    number = int(arguments[0]) if arguments else RUNS
    print(*HEAD, sep="\n")
    with stand() as home, process("jobs.recorder") as recorder:
        rows = _measure(home, number, PRESETS["digits_mlp"], recorder.pid)
    return int(any(not row.reached for row in rows))


def _measure(home: Home, number: int, config: RunConfig, recorder: int) -> list[Row]:
    yard, rows = Yard.open(home), list[Row]()

    def tell(row: Row) -> None:
        rows.append(row)
        print(row.line, flush=True)

    ids: list[str] = []
    seconds = _timed(lambda: ids.extend(launch_all(yard, over_seeds(config, number))))
    assert len(queue.queued(yard.redis)) == number
    tell(_within(f"queueing {number:,} runs", seconds, QUEUEING_SECONDS))
    tell(below("the Runs page", _page("runs"), PAGE_MS))
    tell(below("the Queue page", _page("queue"), PAGE_MS))
    moving = [1000 * _timed(lambda: queueing.move(yard, [ids[-1]], ids[0])) for _ in range(LOOKS)]
    tell(below("moving one to the front", moving, PAGE_MS))
    for row in beside(yard, ids[0], recorder):
        tell(row)
    began = time.monotonic()
    commands.ask_all(yard, ids, "stop")
    asked = time.monotonic() - began
    # The recorder may have queued the bench's own run again: no worker holds its lease.
    assert {queue.run_of(name) for name in queue.queued(yard.redis)} <= {ids[0]}
    tell(_within(f"cancelling {number:,} runs", asked, CANCELLING_SECONDS))
    _await_retired(yard)
    settled = time.monotonic() - began
    tell(Row("until Redis has forgotten them", f"{settled:.1f} s"))
    yard.close()
    return rows


def _page(name: str) -> list[float]:
    """Milliseconds of each look at a page; the first one, which imports it, is not counted."""
    from streamlit.testing.v1 import AppTest

    os.environ["STREAMLIT_LOGGER_LEVEL"] = "error"
    page = AppTest.from_function(_script, args=(name,), default_timeout=PATIENCE_SECONDS)
    page.run()
    taken = [1000 * _timed(page.run) for _ in range(LOOKS)]
    if page.exception:
        raise SystemExit("\n".join(page.exception[0].stack_trace))
    return taken


def _script(name: str) -> None:
    import importlib

    import streamlit as st

    from dashboard import navigation, services

    st.navigation(list(navigation.pages().values()), position="hidden")
    with services.sentences():
        importlib.import_module(f"dashboard.pages.{name}").page()


def _await_retired(yard: Yard) -> None:
    from jobs.wire import keys

    deadline = time.monotonic() + PATIENCE_SECONDS
    while yard.redis.scard(keys.LIVE) and time.monotonic() < deadline:
        # The recorder lets runs go in batches, and tells nobody.
        time.sleep(0.05)


def _timed(does: Callable[[], object]) -> float:
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def _within(what: str, seconds: float, limit: float) -> Row:
    return Row(what, f"{seconds:.1f} s", f"< {limit:.0f} s", seconds < limit)
