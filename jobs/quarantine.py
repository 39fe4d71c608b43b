"""Entries of the queue that no worker can read: set aside with the reason, for people to look at.

Pages and command line use it as they use `jobs/services/`. No run is lost by it: the recorder rings
again for a run whose entry was damaged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from rq.job import Job, parse_job_id

from jobs.wire import keys

KEPT = 1_000
"""the newest; whoever fills the queue with nonsense shall not fill the memory"""

SHOWN_LETTERS = 200
_LATEST = 2.0**32
"""unix seconds"""

UNTOLD = "No worker could read it."


@dataclass(frozen=True)
class Aside:
    """One entry that was set aside."""

    id: str
    entry: str
    """what stood in the queue, as far as it can be shown"""
    why: str
    """a sentence"""
    worker: str
    """who met it; empty where an earlier Trainyard set it aside"""
    time: float | None
    """unix seconds, by the clock of Redis"""


def set_aside(client: redis.Redis, list_key: str, entry: bytes, why: str, worker: str) -> None:
    """Moves an entry from a list of RQ's to `ty:quarantine`, without the hash of its job."""
    seconds, microseconds = client.time()
    shown = entry.decode(errors="backslashreplace")[:SHOWN_LETTERS]
    told = {"entry": shown, "why": why, "worker": worker, "time": seconds + microseconds / 1e6}
    with client.pipeline(transaction=True) as pipe:
        pipe.lrem(list_key, 0, entry)  # type: ignore[arg-type]
        if name := _job_of(entry):
            pipe.delete(Job.key_for(name))
        pipe.rpush(keys.QUARANTINE, json.dumps(told))
        pipe.ltrim(keys.QUARANTINE, -KEPT, -1)
        pipe.execute()


def look(client: redis.Redis) -> list[Aside]:
    """What was set aside, the newest first; what does not tell its time comes last."""
    found: Any = client.lrange(keys.QUARANTINE, 0, -1)
    asides = [_aside(stored) for stored in reversed(found)]
    return sorted(asides, key=lambda each: each.time or 0.0, reverse=True)


def discard(client: redis.Redis, ids: Collection[str]) -> list[bytes]:
    """Deletes those for good; answers what stood there, for who wants to put it back."""
    found: Any = client.lrange(keys.QUARANTINE, 0, -1)
    mine = [stored for stored in found if _id_of(stored) in ids]
    with client.pipeline(transaction=True) as pipe:
        for stored in mine:
            pipe.lrem(keys.QUARANTINE, 1, stored)
        pipe.execute()
    return mine


def put_back(client: redis.Redis, discarded: Sequence[bytes]) -> None:
    """Undoes a `discard`; done twice it is done once."""
    there: Any = client.lrange(keys.QUARANTINE, 0, -1)
    if missing := [stored for stored in discarded if stored not in there]:
        client.rpush(keys.QUARANTINE, *missing)


def _job_of(entry: bytes) -> str:
    """The job that RQ would look up for it; empty where there can be none."""
    return str(parse_job_id(entry.decode())) if entry.isascii() else ""


def _id_of(stored: bytes) -> str:
    return hashlib.sha256(stored).hexdigest()[:12]


def _time(told: Any) -> float:
    """Raises ValueError for what is no moment of this clock."""
    seconds = float(told)
    if not 0 <= seconds < _LATEST:
        raise ValueError
    return seconds


def _aside(stored: bytes) -> Aside:
    """An earlier Trainyard kept the bare entry; and anything may stand in Redis."""
    bare = Aside(
        id=_id_of(stored),
        entry=stored.decode(errors="backslashreplace")[:SHOWN_LETTERS],
        why=UNTOLD,
        worker="",
        time=None,
    )
    try:
        told = json.loads(stored)
        entry, why, worker = (str(told[each]) for each in ("entry", "why", "worker"))
        return Aside(bare.id, entry, why, worker, _time(told["time"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return bare
