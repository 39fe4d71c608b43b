"""The other ranks, as rank 0 starts, watches and ends them. None outlives it.

Each is a process that knows its place and the settings, and ends when a pipe to rank 0 does: a
fresh interpreter, or whatever the caller has (`Starter`). A killed one ends the attempt with its
cause; the next one goes on from the checkpoint. One that says why it ends would say the same again:
that is a failure.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch.distributed as dist

# Written in C++: torch declares it for no type checker.
from torch.distributed import TCPStore  # type: ignore[attr-defined]
from torch.distributed.distributed_c10d import Store

from engine.config import RunConfig
from engine.distributed.orders import Orders, Rank, Starter
from engine.distributed.place import Place, place_of_torchrun
from engine.distributed.spawned import Spawned

DEATH_SECONDS = 5.0
"""how long after a broken connection to wait for the news of the process that broke it"""


WORDLESS_SECONDS = 1.0
"""A killed process breaks the connections of all: how long others' complaints wait for its news."""


class RankDied(RuntimeError):
    """Another process of the team ended; its text is the cause."""


class RankKilled(RankDied):
    """It ended without a word, e.g. `kill -9`: nothing says that it would happen again."""

    def __init__(self, cause: str, code: int | None) -> None:
        super().__init__(cause)
        self.code = code
        """as `subprocess` has it: negative for a signal; None where nobody knows"""


@dataclass
class Crew:
    """Processes of ranks 1 and up; empty alone and under torchrun, which has its own."""

    place: Place
    store: Store | None = None
    processes: list[Rank] = field(default_factory=list)
    watchers: list[threading.Thread] = field(default_factory=list)
    deaths: list[RankDied] = field(default_factory=list)
    """of those that were not told to end"""
    _death: threading.Event = field(default_factory=threading.Event)
    _kill: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)

    def start(self, config: RunConfig, starter: Starter) -> None:
        """Starts the processes; they load their data while rank 0 does."""
        for rank in range(1, self.place.size):
            local = rank % config.hardware.devices
            place = self.place.model_copy(update={"rank": rank, "local": local})
            self.processes.append(starter(Orders(place=place, config=config)))

    def watch(self) -> None:
        """Waits until all are ready to meet, then hears of every death.

        Raises:
            RankDied: one ended before it was ready.
        """
        for rank, process in enumerate(self.processes, start=1):
            said = process.line()
            if said != "ready\n":
                raise _death_of(rank, self.place.size, process, said + process.rest())
            watcher = threading.Thread(target=self._watch, args=(rank, process), daemon=True)
            watcher.start()
            self.watchers.append(watcher)

    def blame(self) -> RankDied | None:
        """Why a connection broke, as soon as that is known; None when no process died."""
        if self.processes and self._death.wait(DEATH_SECONDS):
            self._kill.wait(WORDLESS_SECONDS)
        killed = [death for death in self.deaths if isinstance(death, RankKilled)]
        return next(iter([*killed, *self.deaths]), None)

    def close(self) -> None:
        """Ends the processes: they hold nothing that rank 0 has not."""
        self._closing.set()
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
            process.close()

    def _watch(self, rank: int, process: Rank) -> None:
        words = process.rest()
        code = process.wait()
        if code and not self._closing.is_set():
            death = _death_of(rank, self.place.size, process, words)
            self.deaths.append(death)
            if isinstance(death, RankKilled):
                self._kill.set()
            self._death.set()
            if dist.is_nccl_available() and dist.is_initialized():
                # A GPU would wait for the dead rank; gloo's connections break by themselves.
                _release_gpu()


@contextmanager
def crew_of(config: RunConfig, starter: Starter = Spawned) -> Iterator[Crew]:
    """The other ranks of a run, started. They are gone when this ends, however it ends.

    Raises:
        RankDied: one of them ended before its time.
    """
    crew = Crew(place_of_torchrun())
    try:
        if crew.place.size == 1 and config.hardware.processes > 1:
            # On all interfaces, whatever the name: ranks of other machines meet there too.
            store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
            crew.place = Place(size=config.hardware.processes, port=store.port)
            crew.store = store
            crew.start(config, starter)
        yield crew
    except RankDied:
        raise
    except RuntimeError as error:
        death = crew.blame()
        if death:
            raise death from error
        raise
    finally:
        crew.close()


def _death_of(rank: int, size: int, process: Rank, words: str) -> RankDied:
    """What a process that ended amounts to, with its own last words if it had any."""
    code = process.wait()
    where = f" on {process.where}" if process.where else ""
    who = f"process {rank + 1} of the {size} that train this run died{where}"
    if process.lost:
        return RankKilled(f"{who}: {process.lost}", None)
    if words.strip():
        return RankDied(f"{who}: {words.strip()}")
    if code < 0:
        how = f"killed by signal {-code} ({signal.Signals(-code).name})"
        return RankKilled(f"{who}: {how}", code)
    return RankKilled(f"{who}: it ended with exit code {code}", code)


def _release_gpu() -> None:
    dist.distributed_c10d._abort_process_group()
