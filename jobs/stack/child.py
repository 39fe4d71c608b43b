"""One process that is kept running: start, end, and when to start again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from jobs.stack.procfile import Entry
from jobs.working.processes import die_with_parent

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""a process that ran this long starts again without delay, whatever happened before"""

LOG_BYTES = 10_000_000
"""a log larger than this is put aside as `<name>.log.1` at the next start"""


class Child:
    """A process of the stack in its own session, its output in `<logs>/<name>.log`."""

    def __init__(self, entry: Entry, logs: Path, steady_seconds: float = STEADY_SECONDS) -> None:
        self.entry = entry
        self.steady_seconds = steady_seconds
        self.log = logs / f"{entry.name}.log"
        self.start_at = 0.0
        """when to start it again (monotonic seconds)"""
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0

    @property
    def name(self) -> str:
        """The name in the Procfile, for workers with their device."""
        return self.entry.name

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Whether it was started and its end has not been collected."""
        return self._process is not None

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        """Starts it; from then on it gets SIGTERM when the supervisor ends, however it ends.

        A command that does not exist counts as an end, like a crash.
        """
        self._started = time.monotonic()
        supervisor = os.getpid()
        rotate(self.log)
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
            try:
                self._process = subprocess.Popen(
                    self.entry.command,
                    cwd=folder,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    # A file and not a pipe: nobody has to live on for it to be able to write.
                    stdout=log,
                    stderr=log,
                    # Its own session: the terminal's Ctrl-C is for the supervisor alone.
                    start_new_session=True,
                    # Safe here: the supervisor has one thread.
                    preexec_fn=lambda: die_with_parent(supervisor, signal.SIGTERM),
                )
            except OSError as error:
                log.write(f"{self.entry.command[0]}: {error.strerror}\n".encode())
                self._plan_restart()

    def collect(self) -> int | None:
        """Its exit status once it has ended (negative: a signal), else None.

        Plans the next start: after 0.2 s, doubling to 10 s, anew after 30 s of running.
        """
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self._process = None
        self._plan_restart()
        return status

    def send(self, signal_number: signal.Signals) -> None:
        """Signals the process itself, not what it started: that is its own to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal_number)

    def _plan_restart(self) -> None:
        now = time.monotonic()
        if now - self._started >= self.steady_seconds:
            self._failures = 0
        self.start_at = now + restart_delay(self._failures)
        self._failures += 1


def restart_delay(failures: int) -> float:
    """Seconds to wait after a crash that came after so many others."""
    return float(min(FIRST_DELAY_SECONDS * 2 ** min(failures, 16), LONGEST_DELAY_SECONDS))


def rotate(log: Path) -> None:
    """Puts a log that has grown large aside; the one put aside before is dropped."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def last_line(log: Path) -> str:
    """The last line with text in a log, cut to 300 characters; it may be empty."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
