"""What tests do with failpoints: meet a process there, count its visits; and who is dead."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from engine.saving.failpoints import ARMED, forget

EVERY_HIT = bool(os.environ.get("TRAINYARD_EVERY_HIT"))
"""whether every place is broken at every visit; otherwise one of them, another one each time"""


@dataclass(frozen=True)
class Barrier:
    """A place where a process waits for the test: `TRAINYARD_FAULT="<place>@1:wait"`.

    Made before the process is started.
    """

    folder: Path
    place: str

    def __post_init__(self) -> None:
        os.mkfifo(self.folder / f"{self.place}.reached")
        os.mkfifo(self.folder / f"{self.place}.go")

    def reached(self, seconds: float = 60.0) -> None:
        """Waits until the process stands there."""
        pipe = os.open(self.folder / f"{self.place}.reached", os.O_RDONLY | os.O_NONBLOCK)
        try:
            poll = select.poll()
            poll.register(pipe, select.POLLIN | select.POLLHUP)
            assert poll.poll(1000 * seconds), f"nobody came to {self.place} within {seconds} s"
        finally:
            os.close(pipe)

    def open(self) -> None:
        """Lets it go on."""
        (self.folder / f"{self.place}.go").open("wb").close()


def arm(patch: pytest.MonkeyPatch, *faults: str) -> None:
    """Breaks this process from now on, its visits counted anew."""
    forget()
    patch.setenv("TRAINYARD_FAULT", ",".join(faults))


def arm_others(folder: Path, *faults: str) -> None:
    """Breaks processes that run with `TRAINYARD_FAULT=armed` and this folder from now on, their
    visits counted anew; none: nothing happens any more.
    """
    (folder / ARMED).write_text("")
    for path in folder.iterdir():
        if path.name != ARMED:
            path.unlink()
    new = folder / f".{ARMED}"
    new.write_text(",".join(faults))
    new.rename(folder / ARMED)


def visits(folder: Path, place: str) -> int:
    """How often processes that share the folder came to a place that is armed."""
    path = folder / place
    return path.stat().st_size if path.exists() else 0


def living(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after so long. A zombie is dead: it waits for its parent alone.

    In a container whose first process collects nobody, orphans stay zombies for good.
    """
    deadline = time.monotonic() + seconds
    while (left := [each for each in processes if _lives(each)]) and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.02)
    return left


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
