"""Ranks of a team forked from a server that has torch loaded: 0.1 s each instead of 5."""

from __future__ import annotations

import multiprocessing
import os
import signal
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

from engine.distributed.orders import Orders

LOADED = (
    "engine.train",
    "torch._dynamo",
    "torch.distributed.fsdp",
    "torch.distributed.checkpoint",
)


@cache
def server() -> Any:
    """The context; its server is started once for all tests of a process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    return context


class Forked:
    """One rank; the starter of `train`."""

    where = lost = ""

    def __init__(self, orders: Orders) -> None:
        theirs, self._leader = server().Pipe(duplex=False)
        self._words, said = server().Pipe(duplex=False)
        self._process = server().Process(
            target=_obey, args=(orders.model_dump_json(), _told(), theirs, said)
        )
        self._process.start()
        theirs.close()
        said.close()
        self._file = os.fdopen(os.dup(self._words.fileno()))

    @property
    def pid(self) -> int:
        """Of its process."""
        return int(self._process.pid)

    def line(self) -> str:
        """The next line of what it says."""
        return self._file.readline()

    def rest(self) -> str:
        """What it says until its end."""
        return self._file.read()

    def wait(self) -> int:
        """Its exit code."""
        self._process.join()
        return int(self._process.exitcode)

    def kill(self) -> None:
        """kill -9."""
        if self._process.is_alive():
            os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Lets go of its pipes."""
        for pipe in (self._leader, self._words, self._file):
            pipe.close()


def _told() -> dict[str, str]:
    """What the environment says now; the server has that of its start."""
    return {name: value for name, value in os.environ.items() if name.startswith("TRAINYARD_")}


def _obey(orders: str, told: dict[str, str], leader: Connection, words: Connection) -> None:
    from engine.distributed.rank import obey

    os.environ.update(told)
    obey(Orders.model_validate_json(orders), leader.fileno(), words.fileno())
