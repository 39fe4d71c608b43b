"""A rank as a fresh interpreter, for those that have nothing better: it loads torch first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine.distributed.orders import Orders
from engine.problem import Problem, SettingsError

_ELSEWHERE = (
    "a run over several machines needs a worker on each: launch it with ./trainyard launch, or "
    "start this command on every machine with torchrun"
)


class Spawned:
    """`python -m engine.distributed`, in a session of its own: Ctrl-C is rank 0's."""

    where = lost = ""

    def __init__(self, orders: Orders) -> None:
        if orders.config.hardware.machines > 1:
            raise SettingsError([Problem("hardware.machines", _ELSEWHERE)])
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.distributed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._words = self._process.stdin, self._process.stdout
        self._orders.write(orders.model_dump_json() + "\n")
        self._orders.flush()

    def line(self) -> str:
        """The next line of its output."""
        return self._words.readline()

    def rest(self) -> str:
        """All of its output that is left."""
        return self._words.read()

    def wait(self) -> int:
        """Its exit code."""
        return self._process.wait()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def close(self) -> None:
        """Closes both pipes."""
        self._orders.close()
        self._words.close()
