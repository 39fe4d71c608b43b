"""The other ranks of a run, as its trainer starts them: beside it, and on its other machines."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import redis
from pydantic import ValidationError

from engine.config import RunConfig
from engine.distributed.crew import RankKilled
from engine.distributed.orders import Orders, Rank, Starter
from engine.distributed.spawned import Spawned
from engine.events import Hardware, Log
from jobs.gangs import address, shared
from jobs.gangs.gang import Gang, publish
from jobs.gangs.meeting import Meeting
from jobs.home import Home
from jobs.store.attempt import supply
from jobs.store.store import StoreAway
from jobs.wire.connect import connect_unretried
from jobs.working.forked import Forked
from jobs.working.forkserver import Request
from jobs.working.processes import give_way


@dataclass(frozen=True)
class Trainer:
    """What the ranks need of the trainer that starts them."""

    request: Request
    locks: Sequence[int]
    """descriptors that hold its devices: the ranks beside it hold them too"""
    pids: list[int]
    """grows by the process ids of those"""
    leave: Callable[[], object]
    """has it save and end: the worker of another machine shuts down"""
    tell: Callable[[Log], object]
    """puts a line into the run's log"""
    measured: Callable[[Hardware], object]
    """tells what one of its machines does"""


def starter_of(trainer: Trainer) -> Starter:
    """How it starts ranks."""
    request = trainer.request
    if not request.forkserver:
        return Spawned
    if not request.gang:
        return _beside(trainer, {})
    gang = Gang.from_json(request.gang)
    network = address.environment(address.interface(gang.host))
    # The trainer is a rank itself, and the way to the others is not loopback.
    os.environ.update(network)
    here = _beside(trainer, network)

    def apart(machine: str) -> None:
        trainer.tell(Log(level="warning", message=shared.warning(machine)))

    def measured(machine: str, text: str) -> None:
        with suppress(ValidationError):  # of a worker of another version
            sample = Hardware.model_validate_json(text)
            trainer.measured(sample.model_copy(update={"machine": machine}))

    meeting = Meeting(gang, here, trainer.leave, apart, measured)
    home = Home(Path(request.home))
    shared.mark(home, request.run_id, meeting.point.secret)
    with suppress(redis.RedisError), connect_unretried(home) as client:
        # Without it nobody comes, and that is an end of which the run hears.
        publish(client, gang, meeting.point)
    return meeting.start


def _beside(trainer: Trainer, environment: dict[str, str]) -> Starter:
    """On this machine."""
    request = trainer.request
    more = request.environment | environment

    def start(orders: Orders) -> Rank:
        if orders.place.rank >= orders.config.hardware.devices:
            raise RankKilled("Redis forgot which machines were to train this run together", None)
        told = replace(request, orders=orders.model_dump_json(), environment=more)
        # Its output goes where that of the trainer goes.
        rank = Forked(told, 1, trainer.locks)
        trainer.pids.append(rank.pid)
        return rank

    return start


def main(request: Request, leader: int, words: int) -> NoReturn:
    """In the fork: trains beside rank 0 until either ends."""
    from engine.distributed.rank import obey

    if not os.environ.get("CUDA_VISIBLE_DEVICES"):
        give_way()
    orders = Orders.model_validate_json(request.orders)
    if request.member:
        _supply(request, orders.config)
    obey(orders, leader, words)


def _supply(request: Request, config: RunConfig) -> None:
    """Fetches what the trainer's machine has and this one may not, a rank after the other.

    A store that is away ends the rank without a word for its leader: a later attempt may find it.
    """
    lock = os.open(Path(request.home) / "supplies.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        supply(request.run_id, config)
    except (StoreAway, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
    finally:
        os.close(lock)
