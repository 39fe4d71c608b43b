"""Helpers of the tests with real workers: start one, queue a run, wait for what it says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psutil
import redis

from engine.config import RunConfig
from engine.settings.command import override
from jobs import queue
from jobs.home import Home
from jobs.ids import new_id
from jobs.wire import keys
from jobs.wire.control import send
from jobs.wire.packing import unpack
from tests.faults import living

T = TypeVar("T")

SECONDS = 60.0
"""the deadline of every wait; only a failure takes so long"""

SHORT = ["data=iris", "model=logistic_regression", "training.epochs=2"]
LONG = ["data=digits", "model=mlp", "training.epochs=100000", "training.batch_size=8"]


def start_worker(
    home: Home, prepare: Callable[[], None] | None = None, device: str = "cpu"
) -> subprocess.Popen[bytes]:
    """A worker of its own session, printing into `worker.log`; `prepare` runs in it first."""
    with (home.root / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "jobs.worker", "--device", device],
            env={**os.environ, "TRAINYARD_HOME": str(home.root), "OMP_NUM_THREADS": "1"},
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=prepare,
        )


def end_worker(process: subprocess.Popen[bytes]) -> None:
    """Ends it with all it started; fails when something is left."""
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    process.wait(30)
    assert not living(family, 10)


def launch(client: redis.Redis, settings: list[str]) -> str:
    """Puts a run on the queue, as the launch service does. Its id."""
    run_id = new_id()
    config = override(RunConfig(), [*settings, "hardware.threads=1"])
    client.set(keys.spec(run_id), config.model_dump_json())
    assert queue.enqueue(client, run_id, 1)
    return run_id


def events(client: redis.Redis, run_id: str) -> list[dict[str, Any]]:
    """All events on the run's stream, each with its `attempt`."""
    found: Any = client.xrange(keys.events(run_id))
    return [
        {"attempt": int(entry_id.split(b"-")[0]), **event}
        for entry_id, fields in found
        for _, event in unpack(fields)
    ]


def kinds(client: redis.Redis, run_id: str) -> list[str]:
    """The kinds of the run's events without the measurements."""
    return [e["kind"] for e in events(client, run_id) if e["kind"] not in ("hardware", "steps")]


def find(client: redis.Redis, run_id: str, kind: str, attempt: int = 1) -> dict[str, Any] | None:
    """The attempt's first event of that kind, if it was said already."""
    for event in events(client, run_id):
        if event["kind"] == kind and event["attempt"] == attempt:
            return event
    return None


def await_event(
    client: redis.Redis, run_id: str, kind: str, attempt: int = 1, seconds: float = SECONDS
) -> dict[str, Any]:
    """The attempt's first event of that kind, waited for."""
    return until(lambda: find(client, run_id, kind, attempt), f"{kind} of {run_id}", seconds)


def until(check: Callable[[], T | None], what: str, seconds: float = SECONDS) -> T:
    """What `check` answers once it is true; fails after `seconds`."""
    deadline, pace = time.monotonic() + seconds, threading.Event()
    while not (answer := check()):
        assert time.monotonic() < deadline, f"no {what} within {seconds} s"
        pace.wait(0.02)
    return answer


def trainer_of(worker: subprocess.Popen[bytes]) -> psutil.Process:
    """The process that trains now: the forkserver's child."""

    def look() -> psutil.Process | None:
        for child in psutil.Process(worker.pid).children():
            if "jobs.working.forkserver" in child.cmdline():
                return next(iter(child.children()), None)
        return None

    return until(look, "trainer")


def horse_of(worker: subprocess.Popen[bytes]) -> psutil.Process:
    """RQ's fork of the worker."""
    children = psutil.Process(worker.pid).children()
    return next(child for child in children if "jobs.worker" in child.cmdline())


def settled(client: redis.Redis, run_id: str) -> None:
    """Waits until the run's claim is released."""

    def released() -> bool:
        return client.hget(keys.claim(run_id), "until") == b"0"

    until(released, "release")


def finish(client: redis.Redis, run_id: str) -> None:
    """Stops the run, so that the worker is free for the next test."""
    send(client, run_id, "stop")
    settled(client, run_id)
