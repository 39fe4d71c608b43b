"""Several real workers, each with a machine's name and home of its own; torch is imported once.

`python -m tests.jobs.fleet` imports what a forkserver does and forks the workers, whose forkservers
are forked again: with eight of them that saves a minute of loading torch.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from jobs.devices.pool import devices_of
from jobs.home import Home
from jobs.worker import worker_of
from jobs.working.children import ForkserverChild
from jobs.working.device_worker import DeviceWorker
from jobs.working.forkserver import Forkserver, preload
from jobs.working.processes import die_with_parent

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Member:
    """One worker: the first of its devices is the one that it prefers."""

    machine: str
    home: str
    devices: tuple[str, ...]


@dataclass
class Fleet:
    """The workers that run."""

    members: Sequence[Member]
    process: subprocess.Popen[str]
    pids: list[int] = field(default_factory=list)

    def worker(self, index: int) -> psutil.Process:
        """The process of a member."""
        return psutil.Process(self.pids[index])

    def trainers(self, index: int) -> list[psutil.Process]:
        """What its forkserver has forked."""
        servers = [each for each in self.worker(index).children() if each.children()]
        return [trainer for server in servers for trainer in server.children()]


@contextmanager
def fleet(members: Sequence[Member], within: Sequence[str] = ()) -> Iterator[Fleet]:
    """Runs them until the end of the block; nothing of them may be left then.

    `within`: words before the command, e.g. to enter the network of another host.
    """
    told = json.dumps([asdict(each) for each in members])
    process = subprocess.Popen(
        [*within, sys.executable, "-m", "tests.jobs.fleet", told],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    running = Fleet(members, process, json.loads(process.stdout.readline()))
    try:
        yield running
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.communicate()
        _, left = psutil.wait_procs(family, timeout=20)
        for each in left:
            each.kill()
        assert not left


class ForkedForkserver(ForkserverChild):
    """A forkserver that is forked from a process which has torch already."""

    _pid = 0

    def keep_running(self) -> None:
        """Forks it unless it runs."""
        if self._pid and os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            return
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            die_with_parent(parent)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            Forkserver(self._listener).serve()

    def end(self) -> None:
        """Ends it and takes the socket away."""
        self._listener.close()
        self.path.unlink(missing_ok=True)
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)


class NoSampler:
    """In place of the measuring process of a machine, which these share."""

    def keep_running(self) -> None:
        """Nothing runs."""

    def end(self) -> None:
        """Nothing ends."""


def _worker(member: Member) -> DeviceWorker:
    os.environ |= {"TRAINYARD_HOME": member.home, "TRAINYARD_MACHINE": member.machine}
    home = Home(Path(member.home)).create()
    log = os.open(home.root / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for target in (1, 2):
        os.dup2(log, target)
    worker = worker_of(home, member.devices, devices_of(home, member.devices))
    server = worker.forkserver
    server.__class__ = ForkedForkserver
    worker.sampler = NoSampler()  # type: ignore[assignment]
    return worker


def _fork(member: Member) -> int:
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        die_with_parent(parent, signal.SIGTERM)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _worker(member).work(logging_level="INFO")
        os._exit(0)
    return pid


def main() -> None:
    """Forks the workers, says their process ids, and ends them when its input ends."""
    preload()
    pids = [_fork(Member(**each)) for each in json.loads(sys.argv[1])]
    sys.stdout.write(json.dumps(pids) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for pid in pids:
        os.kill(pid, signal.SIGTERM)  # also of one that was killed: nobody has collected it yet
    for pid in pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
