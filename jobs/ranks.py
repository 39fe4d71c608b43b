"""The other ranks of a run of several devices, forked by the forkserver that forked its trainer.

A fresh interpreter, which the engine starts where there is no forkserver, loads torch for seconds.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from engine.distributed.crew import Orders, Starter
from jobs.forkserver import Request, ask
from jobs.processes import give_way


class Forked:
    """A rank's process: a fork with a pipe that it ends with, and one for what it says."""

    def __init__(self, request: Request, locks: Sequence[int]) -> None:
        theirs, self._leader = os.pipe()
        words, said = os.pipe()
        try:
            # Its output goes where that of the trainer goes.
            given = [1, theirs, said, *locks]
            self._server = ask(Path(request.forkserver), request, given)
        finally:
            os.close(theirs)
            os.close(said)
        self._words = os.fdopen(words)
        self._news = self._server.makefile()
        self.pid = self._hear("pid") or 0
        self._code: int | None = None
        self._once = threading.Lock()

    def line(self) -> str:
        """The next line of what it says."""
        return self._words.readline()

    def rest(self) -> str:
        """What it says until its end."""
        return self._words.read()

    def wait(self) -> int:
        """Its exit code; that of a kill where the forkserver died and so cannot tell it."""
        with self._once:
            if self._code is None:
                status = self._hear("status")
                self._code = (
                    -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
                )
            return self._code

    def kill(self) -> None:
        """kill -9."""
        if self.pid and self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Lets go of it: it ends, if it has not."""
        os.close(self._leader)
        for file in (self._words, self._news, self._server):
            file.close()

    def _hear(self, what: str) -> int | None:
        """A number that the forkserver tells; None when it is gone."""
        line = self._news.readline()
        return int(json.loads(line)[what]) if line else None


def starter_of(request: Request, locks: Sequence[int], pids: list[int]) -> Starter:
    """Starts ranks beside the trainer that `request` asked for; they hold its devices too.

    Their process ids are added to `pids`.
    """

    def start(orders: Orders) -> Forked:
        rank = Forked(replace(request, orders=orders.model_dump_json()), locks)
        pids.append(rank.pid)
        return rank

    return start


def main(request: Request, leader: int, words: int) -> NoReturn:
    """In the fork: trains beside rank 0 until either ends."""
    from engine.distributed.rank import obey

    if not os.environ.get("CUDA_VISIBLE_DEVICES"):
        give_way()
    obey(Orders.model_validate_json(request.orders), leader, words)
