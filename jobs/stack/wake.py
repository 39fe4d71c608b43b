"""Turns signals into a count and a wake-up, so that the supervisor stays one plain loop."""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType, TracebackType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wake:
    """While entered: counts requests to stop and ends `wait` at once when a child ends."""

    def __init__(self) -> None:
        self.stops = 0
        """how often SIGINT, SIGTERM or SIGHUP came; the second means: at once"""
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)

    def __enter__(self) -> Wake:
        self._old_descriptor = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._old = {number: signal.signal(number, self._stop) for number in STOP_SIGNALS}
        self._old[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._child_ended)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_descriptor)
        self._read.close()
        self._write.close()

    def wait(self, seconds: float) -> None:
        """Returns after `seconds`, or sooner when a signal came."""
        if select.select([self._read], [], [], max(0.0, seconds))[0]:
            self._read.recv(4096)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1

    def _child_ended(self, _number: int, _frame: FrameType | None) -> None:
        """Nothing to do: the wake-up descriptor has ended the wait."""
