"""Real recorder and worker processes for one home, and ways to wait for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from jobs.home import Home

ROOT = Path(__file__).parents[2]


def until(happened: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Waits for something that must happen; fails with `what` when it does not."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for: {what}")
        time.sleep(0.01)


@dataclass
class Stack:
    """The processes; `end` stops all of them."""

    home: Home
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: list[IO[bytes]] = field(default_factory=list)

    def start(self, name: str, *words: str, fault: str = "") -> None:
        """Starts `python -m jobs.<name>`, its output in the home's folder of logs."""
        self.home.logs.mkdir(exist_ok=True)
        log = (self.home.logs / f"{name}.log").open("ab")
        self.logs.append(log)
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", f"jobs.{name}", *words],
            cwd=ROOT,
            env={
                **os.environ,
                "TRAINYARD_HOME": str(self.home.root),
                "TRAINYARD_FAULT": fault,
                "OMP_NUM_THREADS": "1",
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        """kill -9."""
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def trainers(self) -> list[psutil.Process]:
        """The trainers under the worker: what its forkserver started."""
        below = psutil.Process(self.processes["worker"].pid).children(recursive=True)
        servers = {
            each.pid for each in below if "jobs.working.forkserver" in " ".join(_words(each))
        }
        return [each for each in below if each.pid in servers and each.ppid() in servers]

    def end(self) -> None:
        """Ends what still runs, politely first."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self.logs:
            log.close()

    def printed(self) -> str:
        """Everything the processes wrote."""
        return "\n".join(each.read_text() for each in sorted(self.home.logs.iterdir()))


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return []
