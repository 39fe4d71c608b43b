"""What a Prometheus server reads at `/metrics`: machines, queue, runs, recorder, Redis.

Redis or the history may be away: what is still known is told, and `trainyard_redis_up` or
`trainyard_history_up` is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from redis import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from jobs.history.tally import Tally, tally
from jobs.prometheus.fleet import fleet
from jobs.prometheus.keeping import keeping, stored
from jobs.prometheus.text import CONTENT_TYPE, Family, render
from jobs.prometheus.training import queue, training
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard


def scrape(yard: Yard) -> str:
    """The text of one scrape."""
    return render(_families(yard))


def _families(yard: Yard) -> Iterator[Family]:
    found = _tally(yard)
    up = Family("trainyard_history_up", "Whether the history database answers.")
    yield up.add(found is not None)
    if found is not None:
        yield from training(found)
        yield from stored(found)
    yield from _of_redis(yard, found)


def _tally(yard: Yard) -> Tally | None:
    try:
        with yard.history.reading() as connection:
            return tally(connection)
    except (OperationalError, InterfaceError):
        return None


def _of_redis(yard: Yard, found: Tally | None) -> list[Family]:
    up = Family("trainyard_redis_up", "Whether Redis answers.")
    try:
        families = [*fleet(yard.redis), *keeping(yard.redis, found), *queue(yard.redis, found)]
    except (RedisError, RedisUnavailable):
        return [up.add(False)]
    return [up.add(True), *families]


__all__ = ["CONTENT_TYPE", "scrape"]
