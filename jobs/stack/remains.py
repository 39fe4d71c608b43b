"""Finds every process of one stack by the mark that each inherits in its environment."""

from __future__ import annotations

import os
import time

import psutil

MARK = "TRAINYARD_STACK"
"""the variable of the environment; a horse, a forkserver and a trainer have it from their worker"""


def find(stack: str) -> list[psutil.Process]:
    """The living processes that carry the mark, without this one."""
    own = os.getpid()
    return [
        process
        for process in psutil.process_iter()
        if process.pid != own and _mark_of(process) == stack
    ]


def end(stack: str, seconds: float) -> int:
    """Waits so long for the last of a stack, then kills what is left. Returns how many."""
    deadline = time.monotonic() + seconds
    while (left := find(stack)) and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=min(0.2, seconds))
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=5)
    return len(left)


def _mark_of(process: psutil.Process) -> str | None:
    """None for the dead, for zombies and for processes of other people."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        mark: str | None = process.environ().get(MARK)
        return mark
    except (psutil.Error, OSError):
        return None
