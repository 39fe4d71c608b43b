"""Many runs at once: saved in one transaction, told to Redis in a few round trips.

A service like `jobs/services/runs.py`, which launches one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from redis import Redis, RedisError

from engine.config import RunConfig
from jobs import queue
from jobs.history import runs as rows
from jobs.ids import new_id
from jobs.services import forks, queueing
from jobs.services.runs import CHANGES_KEPT, LOG, announce_all, check, hold_data, row_of
from jobs.store.code import with_code
from jobs.store.supplies import provide
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard

AT_ONCE = 500
"""runs of one pipeline"""

Saved = tuple[str, str, queue.Spot]
"""id, settings as JSON, where it stands"""


def launch_all(
    yard: Yard, configs: Sequence[RunConfig], origin: str | None = None, priority: int = 0
) -> list[str]:
    """Saves the runs, all or none, puts them on the queue and returns their ids, in order.

    Raises SettingsError, before anything is saved, when one of them cannot work.
    """
    for config in configs:
        check(config)
    configs = [with_code(config) for config in configs]
    made = [
        row_of(config, new_id(), time.time(), origin, priority) | _kinds(config)
        for config in configs
    ]
    for config, row in zip(configs, made, strict=True):
        forks.provide(yard, row["id"], config, origin)
    provide({row["id"]: config for config, row in zip(configs, made, strict=True)})
    with yard.history.writing() as connection:
        # Most of them differ in a number only: their data are the same few.
        for config in {config.data.model_dump_json(): config for config in configs}.values():
            hold_data(connection, config)
        rows.add_all(connection, made)
    saved: list[Saved] = [
        (row["id"], row["config"], queue.Spot(priority, row["created"], config.hardware.devices))
        for row, config in zip(made, configs, strict=True)
    ]
    try:
        for begin in range(0, len(saved), AT_ONCE):
            _tell(yard.redis, saved[begin : begin + AT_ONCE])
        queueing.arrange(yard)
    except (RedisError, RedisUnavailable) as error:
        LOG.warning("The runs are saved and will be queued when Redis answers (%s).", error)
    return [run_id for run_id, _, _ in saved]


def over_seeds(config: RunConfig, count: int) -> list[RunConfig]:
    """The same run with so many seeds, from its own on; each is named after its seed."""
    first, name = config.training.seed, config.name.strip() or config.model.title
    return [
        config.model_copy(
            update={
                "name": f"{name} seed {seed}",
                "training": config.training.model_copy(update={"seed": seed}),
            }
        )
        for seed in range(first, first + count)
    ]


def _kinds(config: RunConfig) -> dict[str, str | int]:
    """What `rows.add` reads out of the JSON."""
    devices = config.hardware.devices
    return {"model": config.model.kind, "data": config.data.kind, "devices": devices}


def _tell(redis: Redis, saved: Sequence[Saved]) -> None:
    """As `runs.announce` and `queue.enqueue` do for one."""
    announce_all(redis, [(run_id, config) for run_id, config, _ in saved])
    queue.enqueue_all(redis, [(run_id, 1, spot) for run_id, _, spot in saved])
    redis.xadd(keys.CHANGES, {"run": saved[-1][0]}, maxlen=CHANGES_KEPT, approximate=True)
