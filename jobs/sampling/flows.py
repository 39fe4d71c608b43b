"""How many bytes a second go through disks and networks, as far as the system tells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

Counts = tuple[int, int]
"""bytes in (read, received) and out (written, sent), since some moment in the past"""
Rates = tuple[float | None, float | None]
"""bytes a second, in and out; None while nobody can know"""

UNKNOWN: Rates = (None, None)

INNER = ("lo", "veth", "docker", "br-", "virbr")
"""how networks within a machine are called: what passes them to leave it is counted there"""


class Flow:
    """Rates between two readings of counters that only grow."""

    def __init__(self) -> None:
        self._before: tuple[float, Counts] | None = None

    def rates(self, counts: Counts | None) -> Rates:
        """Since the reading before; a counter that began anew counts as nothing."""
        now, before = time.monotonic(), self._before
        self._before = None if counts is None else (now, counts)
        if counts is None or before is None or now <= before[0]:
            return UNKNOWN
        seconds, grown = now - before[0], zip(counts, before[1], strict=True)
        first, second = (max(0, new - old) / seconds for new, old in grown)
        return first, second


class ProcessDisks:
    """What a changing set of processes reads and writes: the sum of what each added."""

    def __init__(self) -> None:
        self._known: dict[int, Counts] = {}
        self._total = (0, 0)
        self._flow = Flow()

    def rates(self, processes: Sequence[psutil.Process]) -> Rates:
        """Unknown where the system tells of none of them."""
        now = {each.pid: found for each in processes if (found := _of_process(each))}
        if not now:
            return UNKNOWN
        for pid, (read, written) in now.items():
            before = self._known.get(pid, (read, written))
            self._total = (
                self._total[0] + max(0, read - before[0]),
                self._total[1] + max(0, written - before[1]),
            )
        self._known = now
        return self._flow.rates(self._total)


def disks() -> Counts | None:
    """Of all disks of the machine."""
    found = _asked(psutil.disk_io_counters)
    return (found.read_bytes, found.write_bytes) if found else None


def networks() -> Counts | None:
    """Of all networks but those of the machine with itself and its containers."""
    found = _asked(psutil.net_io_counters, pernic=True) or {}
    outer = [each for name, each in found.items() if not name.startswith(INNER)]
    if not outer:
        return None
    return sum(each.bytes_recv for each in outer), sum(each.bytes_sent for each in outer)


def room(folder: Path | None) -> tuple[int | None, int | None]:
    """Bytes free for us and bytes in all, of the disk that holds `folder`."""
    if folder is None:
        return None, None
    try:
        found = psutil.disk_usage(str(folder))
    except OSError:
        return None, None
    return int(found.free), int(found.total)


def _of_process(process: psutil.Process) -> Counts | None:
    if not hasattr(process, "io_counters"):
        return None  # macOS does not tell
    try:
        found = process.io_counters()
    except (psutil.Error, OSError, NotImplementedError):
        return None
    return found.read_bytes, found.write_bytes


def _asked(question: Any, **arguments: Any) -> Any:
    """The system's answer; None where it has none, e.g. in a container without /proc/diskstats."""
    try:
        return question(**arguments)
    except (OSError, RuntimeError, NotImplementedError):
        return None
