"""Reads the event streams of live runs, each behind its stored position, and trims behind it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgpack
from pydantic import ValidationError
from redis import Redis

from jobs.events import RECORD
from jobs.history.records import Position
from jobs.measures import measures
from jobs.recording.store import Heard
from jobs.wire import keys
from jobs.wire.packing import unpack

BLOCK_MILLISECONDS = 250
"""how long a round waits for news; also how late a new run is noticed"""

ENTRIES = 500
"""at most so many entries of one stream in a round: bounds memory and the transaction"""

MARGIN_ENTRIES = 1_000
"""stored entries left in the stream, for viewers that are a moment behind"""

LOG = logging.getLogger(__name__)


@dataclass
class Stream:
    """One run's stream as far as it was stored."""

    run_id: str
    position: Position
    passed: deque[bytes] = field(default_factory=lambda: deque(maxlen=MARGIN_ENTRIES))
    """ids of the newest stored entries: the oldest of them is where the stream may be cut"""

    heard: float = field(default_factory=time.monotonic)
    """when it last said something, in monotonic seconds; at first, when it was first followed"""

    @property
    def key(self) -> str:
        """Its name in Redis."""
        return keys.events(self.run_id)


Batch = list[tuple[Stream, list[bytes], list[Heard]]]


Entries = list[tuple[bytes, dict[bytes, bytes]]]


def read(redis: Redis, streams: Iterable[Stream], claims: bytes) -> tuple[Batch, Entries]:
    """What came after each stream's position: entry ids and events. Waits a moment for it.

    Beside it the entries of `ty:claims` behind the id `claims`.
    """
    by_key = {stream.key: stream for stream in streams}
    after: Any = {key: "{}-{}".format(*stream.position) for key, stream in by_key.items()}
    after[keys.CLAIMS] = claims
    found: Any = redis.xread(after, count=ENTRIES, block=BLOCK_MILLISECONDS)
    batch: Batch = []
    told: Entries = []
    for key, entries in found:
        if key.decode() == keys.CLAIMS:
            told = entries
            continue
        stream = by_key[key.decode()]
        heard = [each for entry in entries for each in _understand(stream.run_id, *entry)]
        batch.append((stream, [entry_id for entry_id, _ in entries], heard))
    return batch, told


def live_runs(redis: Redis) -> set[str]:
    """Ids in `ty:live`."""
    found: Any = redis.smembers(keys.LIVE)
    return {name.decode() for name in found}


def trim(redis: Redis, streams: Iterable[Stream]) -> None:
    """Cuts what is stored, all but the newest entries."""
    with redis.pipeline(transaction=False) as pipe:
        for stream in streams:
            if len(stream.passed) == MARGIN_ENTRIES:
                pipe.xtrim(stream.key, minid=stream.passed[0].decode(), approximate=True)
        pipe.execute()


def count(redis: Redis, heard: Sequence[Heard]) -> None:
    """Adds to what was ever recorded."""
    points = sum(len(each[3]) for one in heard for each in measures(one.event))
    with redis.pipeline(transaction=False) as pipe:
        pipe.hincrby(keys.RECORDED, "events", len(heard))
        pipe.hincrby(keys.RECORDED, "points", points)
        pipe.execute()


def drained(redis: Redis, stream: Stream) -> bool:
    """Whether nothing stands in the stream that is not stored."""
    newest: Any = redis.xrevrange(stream.key, count=1)
    return not newest or parse(newest[0][0]) <= stream.position


def parse(entry_id: bytes) -> Position:
    """Attempt and seq of an entry's id."""
    attempt, seq = entry_id.split(b"-")
    return (int(attempt), int(seq))


def _understand(run_id: str, entry_id: bytes, fields: dict[bytes, bytes]) -> list[Heard]:
    """The events of an entry. What cannot be read is left out: it must not stop the others."""
    attempt, _ = parse(entry_id)
    try:
        pairs = unpack(fields)
    except (ValueError, TypeError, KeyError, msgpack.UnpackException) as error:
        LOG.error("Entry %s of run %s cannot be read: %s", entry_id.decode(), run_id, error)
        return []
    heard = []
    for seq, body in pairs:
        try:
            heard.append(Heard(attempt, seq, RECORD.validate_python(body)))
        except ValidationError as error:
            LOG.error("Event %d of run %s is of no known kind: %s", seq, run_id, error)
    return heard
