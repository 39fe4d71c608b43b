"""Finds the processes of a stand that can be killed, and whom a kill concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from jobs.chaos.plan import Victim
from jobs.chaos.stand import Stand
from jobs.wire.endpoint import Endpoint

JOURNAL = re.compile(r"/([0-9A-HJKMNP-TV-Z]{26})/journal/\d+\.log")


@dataclass(frozen=True)
class Target:
    """A process that may be killed now, and the runs that it trains."""

    victim: Victim
    process: psutil.Process
    runs: frozenset[str] = frozenset()


def targets(stand: Stand, victim: Victim) -> list[Target]:
    """All processes of that kind which are up; of those that train only with a run in hand."""
    if victim == "trainer":
        found = [Target(victim, process, runs) for process, runs in _trainers(stand)]
        return [target for target in found if target.runs]
    if victim == "worker":
        return list(_workers(stand))
    if victim == "valkey":
        servers = _children(stand.process("redis")) or _left(stand)
        return [Target(victim, each) for each in servers]
    process = stand.process(victim)
    return [] if process is None else [Target(victim, process)]


def _left(stand: Stand) -> list[psutil.Process]:
    """The server that a killed keeper left; the next keeper watches it, but is not its parent."""
    endpoint = Endpoint.read(stand.home)
    address = None if endpoint is None else f"127.0.0.1:{endpoint.port}"
    return [each for each in psutil.process_iter() if address in " ".join(_words(each)).split()]


def _workers(stand: Stand) -> Iterator[Target]:
    for worker in stand.workers:
        runs = [_runs_of(trainer) for trainer in _trainers_of(worker)]
        if any(runs):
            yield Target("worker", worker, frozenset().union(*runs))


def _trainers(stand: Stand) -> Iterator[tuple[psutil.Process, frozenset[str]]]:
    for worker in stand.workers:
        for trainer in _trainers_of(worker):
            yield trainer, _runs_of(trainer)


def _trainers_of(worker: psutil.Process) -> Iterator[psutil.Process]:
    """What the worker's forkserver has forked."""
    for child in _children(worker):
        if "jobs.working.forkserver" in _words(child):
            yield from _children(child)


def _runs_of(trainer: psutil.Process) -> frozenset[str]:
    """The run it trains: a trainer holds its journal open."""
    try:
        paths = [each.path for each in trainer.open_files()]
    except (psutil.Error, OSError):
        return frozenset()
    return frozenset(match[1] for path in paths if (match := JOURNAL.search(path)))


def _children(process: psutil.Process | None) -> list[psutil.Process]:
    try:
        found = process.children() if process else []
        return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
    except psutil.Error:
        return []


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
