"""What people do with runs: launch, look. Pages and command line use only this.

What they ask of a run that is there is in `jobs/services/commands.py`.
"""

from __future__ import annotations

import builtins
import logging
import time
from collections.abc import Iterable
from typing import Any

from redis import Redis, RedisError
from sqlalchemy import Connection

from engine.config import RunConfig
from engine.saving.failpoints import failpoint
from jobs import queue
from jobs.devices.needs import needs_of
from jobs.history import data_sets as data_rows
from jobs.history import runs as rows
from jobs.ids import new_id
from jobs.run import Run
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard

CHANGES_KEPT = 1_000
LOG = logging.getLogger(__name__)


class UnknownRun(LookupError):
    """No run, or more than one, fits what was given. The text says which."""

    @classmethod
    def of(cls, text: str) -> UnknownRun:
        """For an id, or what a person wrote, that belongs to no run."""
        return cls(f"There is no run {text!r}. All runs: `./trainyard runs`.")


class NotPossible(Exception):
    """The run is in no state for that. The text says why."""


def list(yard: Yard) -> builtins.list[Run]:
    """All runs, the newest first."""
    with yard.history.reading() as connection:
        return rows.every(connection)


def get(yard: Yard, run_id: str) -> Run:
    """The run with that id. Raises UnknownRun."""
    with yard.history.reading() as connection:
        found = rows.find(connection, run_id)
    if found is None:
        raise UnknownRun.of(run_id)
    return found


def find(yard: Yard, text: str) -> Run:
    """The run with that id, unique beginning of an id, or unique name. Raises UnknownRun."""
    with yard.history.reading() as connection:
        fitting = rows.matching(connection, text) if text else []
    if not fitting:
        raise UnknownRun.of(text)
    if len(fitting) > 1:
        some = ", ".join(fitting[:4]) + (", ..." if len(fitting) > 4 else "")
        raise UnknownRun(f"{text!r} fits several runs ({some}). Give more of the id.")
    return get(yard, fitting[0])


def launch(
    yard: Yard,
    config: RunConfig,
    origin: str | None = None,
    key: str | None = None,
    priority: int = 0,
) -> str:
    """Saves a run, puts it on the queue and returns its id.

    The same `key` again gives the same id and launches nothing. The run is saved even when Redis
    is away; the recorder queues it later. A run that begins from a checkpoint has it in its folder
    before anybody hears of it. Raises SettingsError when it cannot work.
    """
    from jobs.services import forks
    from jobs.store.code import with_code
    from jobs.store.supplies import provide

    check(config)
    config = with_code(config)
    if key and (known := _launched(yard, key)):
        return known
    run_id, created = new_id(), time.time()
    forks.provide(yard, run_id, config, origin)
    provide({run_id: config})
    row = row_of(config, run_id, created, origin, priority) | {"launch_key": key or None}
    with yard.history.writing() as connection:
        hold_data(connection, config)
        added = rows.add(connection, row)
        known = rows.by_launch_key(connection, key) if key and not added else None
    if known is not None:
        forks.discard(yard, run_id)
        return known
    failpoint("launch.saved")
    try:
        announce(yard.redis, run_id, row["config"])
        failpoint("launch.announced")
        spot = queue.Spot(priority, created, config.hardware.devices)
        queue.enqueue(yard.redis, run_id, 1, spot)
        changed(yard.redis, run_id)
    except (RedisError, RedisUnavailable) as error:
        LOG.warning("Run %s is saved and will be queued when Redis answers (%s).", run_id, error)
    return run_id


def row_of(
    config: RunConfig, run_id: str, created: float, origin: str | None, priority: int
) -> dict[str, Any]:
    """The run as a row; one without a name gets one."""
    named = config if config.name.strip() else config.model_copy(update={"name": _name(config)})
    return {
        "id": run_id,
        "name": named.name,
        "config": named.model_dump_json(),
        "created": created,
        "desired": "running",
        "origin": origin,
        "launch_key": None,
        "priority": priority,
        **_fork(named),
    }


def announce(redis: Redis, run_id: str, config: str) -> None:
    """Makes the run known to worker and recorder: its settings, then its place in `ty:live`."""
    announce_all(redis, [(run_id, config)])


def announce_all(redis: Redis, saved: Iterable[tuple[str, str]]) -> None:
    """The same for several: their ids, each with its settings."""
    # One transaction, settings first: whoever sees the id in the set finds the settings too,
    # also after Redis lost its last second.
    with redis.pipeline(transaction=True) as pipe:
        for run_id, config in saved:
            pipe.set(keys.spec(run_id), config)
            fields: dict[Any, Any] = {**needs_of(config).to_fields()}
            pipe.hset(keys.needs(run_id), mapping=fields)
            pipe.sadd(keys.LIVE, run_id)
            # Of a run that was over and is tried again, they were to be forgotten soon.
            for key in (keys.events, keys.control, keys.claim):
                pipe.persist(key(run_id))
        pipe.execute()


def changed(redis: Redis, run_id: str) -> None:
    """Wakes whoever watches the list of runs."""
    redis.xadd(keys.CHANGES, {"run": run_id}, maxlen=CHANGES_KEPT, approximate=True)


def check(config: RunConfig) -> None:
    """Raises SettingsError when the settings cannot work."""
    from engine.problem import SettingsError
    from engine.settings.check import problems

    if found := problems(config):
        raise SettingsError(found)


def hold_data(connection: Connection, config: RunConfig) -> None:
    """The data of one's own are still there, and nobody deletes them before this run is written.

    `_check` has seen their folder, but a person may press Delete at the same moment.
    """
    from engine.problem import Problem, SettingsError

    for setting, digest in data_rows.own_data(config.model_dump(mode="json")).items():
        if not data_rows.held(connection, digest):
            sentence = "this data set has just been deleted; choose another one"
            raise SettingsError([Problem(f"data.{setting}", sentence)])


def _launched(yard: Yard, key: str) -> str | None:
    with yard.history.reading() as connection:
        return rows.by_launch_key(connection, key)


def _fork(config: RunConfig) -> dict[str, str | int]:
    """Where a run begins that does not begin at step 0."""
    start = config.start
    return {"fork_of": start.run, "fork_step": start.step, "step": start.step} if start else {}


def _name(config: RunConfig) -> str:
    return f"{config.model.title} on {config.data.title}"
