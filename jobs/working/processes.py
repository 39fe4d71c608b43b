"""Ties processes together, so that no trainer outlives the one who answers for it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1

FENCED_EXIT = 75
"""exit code of a trainer that found another attempt in its place"""

UNRECORDED_EXIT = 74
"""exit code of a trainer whose events could not be written down any more"""

NICENESS = 10
"""so much more others get: nine times the processor time, while they want it"""


def die_with_parent(parent_pid: int, signal_number: int = signal.SIGKILL) -> None:
    """Asks the kernel to signal this process when the thread that forked it ends.

    Ends the process at once when `parent_pid` is already gone: the kernel only tells of deaths
    after the request. Where there is no such request (macOS), a thread watches the parent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number))
    else:
        watcher = threading.Thread(
            target=_watch_parent, args=(parent_pid, signal_number), daemon=True
        )
        watcher.start()
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal_number)


def _watch_parent(parent_pid: int, signal_number: int) -> None:
    moment = threading.Event()
    while os.getppid() == parent_pid:
        moment.wait(0.2)
    os.kill(os.getpid(), signal_number)


def give_way() -> None:
    """Lets all others go first, for this thread and those it starts.

    Training on the processor takes all of it. With this the press on Launch comes to the first
    drawn point in 1.4 s and not in 2.3 s, with worker, dashboard and browser on two cores.
    """
    os.nice(NICENESS)


def on_signals(action: Callable[[], object], *signal_numbers: signal.Signals) -> None:
    """Calls `action` when one of the signals arrives (main thread only)."""

    def handler(*_: object) -> None:
        action()

    for signal_number in signal_numbers:
        signal.signal(signal_number, handler)


def describe_exit(status: int) -> tuple[str, int | None, int | None]:
    """A sentence, the exit code and the signal of a `waitpid` status; one of the two is None."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the trainer ended with exit code {code} without saying why", code, None
    name = signal.Signals(-code).name
    if -code == signal.SIGKILL:
        reason = "likely out of memory, or someone killed it"
    elif -code in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGABRT):
        reason = "a crash in native code; see output.log"
    else:
        reason = "someone ended it"
    return f"killed by signal {-code} ({name}: {reason})", None, -code


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
