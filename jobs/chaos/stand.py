"""The Trainyard that is broken: a home of its own with everything `./trainyard up` starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from jobs.home import Home
from jobs.stack import ports, procfile
from jobs.stack.console import Console
from jobs.stack.procfile import Entry
from jobs.stack.supervisor import Stack, Supervisor
from jobs.stack.up import PROJECT, redis_answers
from jobs.stack.wake import Wake
from jobs.yard import Yard

ELSEWHERE = ("REDIS_URL", "TRAINYARD_DATABASE_URL", "TRAINYARD_STORE", "TRAINYARD_BASE_PATH")
"""a stand uses nothing of the Trainyard that runs here"""


@dataclass(frozen=True)
class Stand:
    """Its processes and its services."""

    supervisor: Supervisor
    yard: Yard

    @property
    def home(self) -> Home:
        """Its folder."""
        return self.supervisor.stack.home

    @property
    def workers(self) -> list[psutil.Process]:
        """Those that run now."""
        return [each for name in self._names("worker") if (each := self.process(name))]

    def process(self, name: str) -> psutil.Process | None:
        """The process of that name in the Procfile; None while it is down."""
        found = next(child for child in self.supervisor.children if child.name == name)
        return None if found.pid is None else _process(found.pid)

    def _names(self, begin: str) -> list[str]:
        names = [child.name for child in self.supervisor.children]
        return [name for name in names if name.startswith(begin)]


class Quiet(Console):
    """Its deaths are the subject, and no news."""

    def say(self, text: str) -> None:
        """Nothing: what a process printed stands in its log."""


@contextmanager
def stand(
    home: Home, workers: int, extra: Mapping[str, str] | None = None, *, page: bool = True
) -> Iterator[Stand]:
    """Everything is up at the beginning, and ended at the end.

    `extra`: further variables of the processes' environment; without `page` no dashboard.
    """
    for name in ELSEWHERE:
        os.environ.pop(name, None)
    stack = Stack(
        mark=secrets.token_hex(8),
        home=home.create(),
        folder=PROJECT,
        port=ports.any_free(),
        entries=tuple(each for each in entries_of(workers) if page or each.name != "dashboard"),
        steady_seconds=0.0,
        extra={"OMP_NUM_THREADS": "1", **(extra or {})},
    )
    with Wake() as wake:
        supervisor = Supervisor(stack, Quiet(), wake)
        try:
            supervisor.start(stack.entries)
            supervisor.await_ready(lambda: redis_answers(home), "Redis")
            if page:
                supervisor.await_ready(lambda: ports.page_answers(stack.port), "The page")
            yard = Yard.open(home)
            yield Stand(supervisor, yard)
            yard.close()
        finally:
            # What is saved by ending in order is not looked at any more.
            wake.stops = max(wake.stops, 2)
            supervisor.stop()


def entries_of(workers: int) -> tuple[Entry, ...]:
    """The Procfile's, with so many workers of the CPU."""
    found: list[Entry] = []
    for entry in procfile.read(PROJECT / "Procfile"):
        found += _workers(entry, workers) if entry.name == "worker" else [entry]
    return tuple(found)


def _workers(entry: Entry, number: int) -> Sequence[Entry]:
    command = (*entry.command, "--device", "cpu")
    return [Entry(f"worker-{place}", command) for place in range(1, number + 1)]


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
