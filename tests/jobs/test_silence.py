"""A machine that died without closing a connection: its ranks are waited for no longer."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch.distributed as dist

from engine.distributed.crew import RankKilled
from engine.distributed.orders import Orders
from engine.train import train
from jobs.gangs.address import LOOPBACK
from jobs.gangs.line import cut
from tests.engine.small import PROJECT, small
from tests.jobs.stack import until

SILENT = """
import sys, threading, torch
from engine.distributed.orders import Orders
from engine.distributed.team import joined

place = Orders.model_validate_json(sys.stdin.readline()).place
print("ready", flush=True)
with joined(place, None, torch.device("cpu")):
    threading.Event().wait()
"""


class Far:
    """As on a machine that dies with its cable: it closes no connection, and then it is missed."""

    where, lost = "m2", ""

    def __init__(self, orders: Orders) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SILENT],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(orders.model_dump_json() + "\n")
        self._process.stdin.flush()

    def line(self) -> str:
        """That it is ready."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def rest(self) -> str:
        """Its silence is noticed, and what is still connected to it is cut."""
        until(dist.is_initialized, "the ranks' connections")
        cut(LOOPBACK)
        self.lost = "it does not answer any more"
        return ""

    def wait(self) -> int:
        """Nobody can tell."""
        return 1

    def kill(self) -> None:
        """The cable is mended, and it ends."""
        self._process.kill()

    def close(self) -> None:
        """Collects it."""
        self._process.communicate()


def test_a_machine_that_falls_silent_ends_the_attempt() -> None:
    with pytest.raises(RankKilled, match=r"process 2 of the 2 .* died on m2: it does not answer"):
        list(train(small("hardware.devices=2"), starter=Far))
