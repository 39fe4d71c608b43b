"""Keeps the processes of one Trainyard running, and ends them in order.

Single-threaded on purpose: PDEATHSIG is tied to the thread that forked, and `preexec_fn` is only
safe without others. Ending is in the reverse order of the Procfile.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jobs.home import Home
from jobs.stack import remains
from jobs.stack.child import STEADY_SECONDS, Child, last_line
from jobs.stack.console import Console
from jobs.stack.procfile import Entry
from jobs.stack.wake import Wake

TICK_SECONDS = 0.1
READY_SECONDS = 120.0
"""long enough for a large file of Redis, and for a machine that is busy with something else"""

GRACE_SECONDS = {"worker": 30.0, "dashboard": 5.0, "recorder": 15.0, "redis": 12.0}
"""how long a process may take to end: workers save checkpoints, the recorder drains the streams,
redis writes its file"""

OTHER_GRACE_SECONDS = 10.0
FAST_GRACE_SECONDS = {"redis": 2.0}
"""after the second Ctrl-C; redis still writes what it has acknowledged to others"""


class NotReady(Exception):
    """Something that the rest needs did not come up. The text says what it last said."""


@dataclass(frozen=True)
class Stack:
    """What to run: the entries in order, where, and under which mark."""

    mark: str
    home: Home
    folder: Path
    port: int
    entries: tuple[Entry, ...]
    steady_seconds: float = STEADY_SECONDS
    """a process that ran this long starts again at once, however often it has ended before"""
    extra: Mapping[str, str] = field(default_factory=dict)
    """variables of the environment on top"""

    def environment(self) -> dict[str, str]:
        """What every process gets: one home, one port, the mark, unbuffered output."""
        return {
            **os.environ,
            "TRAINYARD_HOME": str(self.home.root),
            "TRAINYARD_PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(self.folder), os.environ.get("PYTHONPATH", "")])
            ),
            "PYTHONUNBUFFERED": "1",
            remains.MARK: self.mark,
            **self.extra,
        }


class Supervisor:
    """Runs one stack. `start`, `await_ready`, `tend` until told to stop, `stop`."""

    def __init__(self, stack: Stack, console: Console, wake: Wake) -> None:
        self.stack = stack
        self.console = console
        self.wake = wake
        self.children: list[Child] = []
        console.expect([entry.name for entry in stack.entries])

    def start(self, entries: Sequence[Entry]) -> None:
        """Starts these processes and answers for them from now on."""
        self.stack.home.logs.mkdir(parents=True, exist_ok=True)
        for entry in entries:
            child = Child(entry, self.stack.home.logs, self.stack.steady_seconds)
            self.children.append(child)
            self.console.begin(child)
            self._start(child)

    def await_ready(self, ready: Callable[[], bool], what: str) -> bool:
        """Tends until `ready` says so. False when a stop was asked for meanwhile.

        Raises NotReady after two minutes.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self.wake.stops:
            self.tend(0.02)
            if ready():
                return True
            if time.monotonic() > deadline:
                raise NotReady(
                    f"{what} did not answer within {READY_SECONDS:.0f} s. "
                    f"The logs are in {self.stack.home.logs}."
                )
        return False

    def tend(self, seconds: float = TICK_SECONDS) -> None:
        """Waits so long for something to happen; reports ends and starts again what is due."""
        self.wake.wait(seconds)
        for child in self.children:
            if (status := child.collect()) is not None and not self.wake.stops:
                self._report(child, status)
            if not child.running and not self.wake.stops and time.monotonic() >= child.start_at:
                self._start(child)
        self.console.follow(self.children)

    def stop(self) -> None:
        """Ends all in the reverse order of the Procfile; a further stop signal hurries it."""
        began = time.monotonic()
        for names in reversed(self._groups()):
            self._stop_group([child for child in self.children if role(child) == names])
        left = remains.end(self.stack.mark, 0.0 if self._hurried() else 3.0)
        if left:
            self.console.say(f"killed {left} processes that had stayed behind")
        self.console.follow(self.children)
        self.console.say(f"stopped after {time.monotonic() - began:.1f} s")

    def _start(self, child: Child) -> None:
        child.start(self.stack.environment(), self.stack.folder)

    def _report(self, child: Child, status: int) -> None:
        self.console.follow([child])  # its last words before the news of its end
        wait = max(0.0, child.start_at - time.monotonic())
        said = last_line(child.log)
        self.console.say(
            f"{child.name} {describe(status)}; starting it again in {wait:.1f} s"
            + (f". It said last: {said}" if said else "")
            + f" ({child.log})"
        )

    def _groups(self) -> list[str]:
        return list(dict.fromkeys(role(entry) for entry in self.stack.entries))

    def _hurried(self) -> bool:
        return self.wake.stops > 1

    def _stop_group(self, group: Sequence[Child]) -> None:
        began = time.monotonic()
        for child in group:
            child.send(signal.SIGTERM)
        told = False
        while left := [child for child in group if child.running]:
            waited = time.monotonic() - began
            if waited >= self._grace(role(left[0])):
                self._kill(left)
            elif waited > 1.0 and not told:
                self.console.say(f"waiting for {listed(left)} (Ctrl-C again ends all at once)")
                told = True
            self.tend_ending(left)

    def tend_ending(self, children: Sequence[Child]) -> None:
        """Waits a moment and collects those that ended; none is started again."""
        self.wake.wait(0.05)
        for child in children:
            child.collect()
        self.console.follow(children)

    def _grace(self, name: str) -> float:
        if self._hurried():
            return FAST_GRACE_SECONDS.get(name, 0.0)
        return GRACE_SECONDS.get(name, OTHER_GRACE_SECONDS)

    def _kill(self, children: Sequence[Child]) -> None:
        if not self._hurried():
            self.console.say(f"{listed(children)} did not end in time; killing")
        for child in children:
            child.send(signal.SIGKILL)


def role(process: Child | Entry) -> str:
    """`worker` for `worker-cuda0`: the name that decides the order and the grace."""
    return process.name.split("-")[0]


def listed(children: Sequence[Child]) -> str:
    """Their names in one phrase."""
    return ", ".join(child.name for child in children)


def describe(status: int) -> str:
    """How a process ended, from its exit status."""
    if status < 0:
        return f"was killed by signal {-status} ({signal.Signals(-status).name})"
    return f"ended with exit code {status}"
