"""Gauges of what keeps the runs: recorder, history, Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgpack
import redis

from jobs.history.records import Position
from jobs.history.tally import Tally
from jobs.prometheus.text import Family
from jobs.wire import keys
from jobs.wire.packing import unpack


def stored(found: Tally) -> Iterator[Family]:
    """What the history holds."""
    events = Family("trainyard_history_events", "Events of all runs in the history.")
    yield events.add(found.events)
    alerts = Family("trainyard_history_alerts", "Alerts of all runs in the history.")
    yield alerts.add(found.alerts)


def keeping(client: redis.Redis, found: Tally | None) -> Iterator[Family]:
    """Redis' memory, what the recorder has recorded, and how far it is behind."""
    memory: Any = client.info("memory")
    used = Family("trainyard_redis_memory_bytes", "Memory that Redis uses.")
    yield used.add(memory["used_memory"])
    counted: Any = client.hgetall(keys.RECORDED)
    for what in ("events", "points"):
        family = Family(
            f"trainyard_recorded_{what}_total", f"{what.title()} the recorder stored.", "counter"
        )
        yield family.add(int(counted.get(what.encode(), 0)))
    if found is not None:
        lag = Family("trainyard_recorder_lag_seconds", "Age of the oldest event not yet stored.")
        yield lag.add(_lag(client, found.positions))


def _lag(client: redis.Redis, positions: dict[str, Position]) -> float:
    """0 when everything on the streams of live runs is in the history."""
    found: Any = client.smembers(keys.LIVE)
    live = [name.decode() for name in found]
    with client.pipeline(transaction=False) as pipe:
        for run in live:
            after = "({}-{}".format(*positions.get(run, (0, 0)))
            pipe.xrange(keys.events(run), after, "+", count=1)
        first: list[Any] = pipe.execute()
    moments = [_moment(entries[0][1]) for entries in first if entries]
    return max(0.0, time.time() - min(moments)) if moments else 0.0


def _moment(fields: dict[bytes, bytes]) -> float:
    """When the oldest event of an entry happened; now, where nothing of it can be read."""
    try:
        return min(float(event["time"]) for _, event in unpack(fields))
    except (ValueError, TypeError, KeyError, msgpack.UnpackException):
        return time.time()
