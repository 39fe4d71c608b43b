"""Which event streams the recorder reads: those of runs that have begun.

Ten thousand runs that wait say nothing, yet reading their streams took most of a core. They are
only looked at in passing; that a worker has taken one stands on `ty:claims`, which is read as well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from redis import Redis

from jobs.history import History
from jobs.history.attempts import began, position
from jobs.history.runs import known
from jobs.own import known as own
from jobs.recording.streams import Stream, live_runs
from jobs.wire import keys

PASSING = 500
"""silent runs looked at in a round; what no claim told of is found so"""

AT_ONCE = 500
"""of one command, which no other client waits for longer than 1 ms"""

LIVE_SECONDS = 1.0
"""`ty:live` is read so often, and at once when another number of runs stands there"""

LOG = logging.getLogger(__name__)


class Following:
    """The runs in `ty:live`: `streams` of those that speak; the others are looked at in passing."""

    def __init__(self, redis: Redis, history: History) -> None:
        self.redis = redis
        self.history = history
        self.streams: dict[str, Stream] = {}
        self._silent: dict[str, None] = {}
        """in the order in which they are looked at next"""
        self._number = -1
        self._next_look = 0.0

    @property
    def some(self) -> bool:
        """Whether there is any run."""
        return bool(self.streams or self._silent)

    def look(self, taken: Collection[str]) -> None:
        """Takes in who came, drops who left, and follows those of the silent that have begun.

        `taken`: runs that a worker has taken since.
        """
        number = int(self.redis.scard(keys.LIVE))
        if number != self._number or time.monotonic() >= self._next_look:
            self._number, self._next_look = number, time.monotonic() + LIVE_SECONDS
            self._compare(live_runs(self.redis))
        some = list(islice(self._silent, PASSING))
        for run_id in some:
            # To the end of the line.
            self._silent[run_id] = self._silent.pop(run_id)
        self._follow({*self._begun(some), *(each for each in taken if each in self._silent)})

    def _compare(self, live: set[str]) -> None:
        for gone in (self.streams.keys() | self._silent.keys()) - live:
            self.streams.pop(gone, None)
            self._silent.pop(gone, None)
        new = live - self.streams.keys() - self._silent.keys()
        if not new:
            return
        with self.history.reading() as connection:
            there, speak = known(connection, new), began(connection, new)
        scripts = self._make_known(new - there)
        unknown = new - there - scripts
        if unknown:
            LOG.warning("Redis names runs that the history does not know: %s", unknown)
            self.redis.srem(keys.LIVE, *unknown)
        self._silent |= dict.fromkeys(sorted(there))
        self._follow(speak | scripts | self._begun(there - speak))

    def _make_known(self, run_ids: set[str]) -> set[str]:
        """Rows for runs of people's own scripts, which only say in Redis that they are there."""
        scripts = own.read(self.redis, run_ids)
        if not scripts:
            return set()
        with self.history.writing() as connection:
            return own.add(connection, scripts)

    def _begun(self, run_ids: Iterable[str]) -> set[str]:
        """Those whose stream is there."""
        names = list(run_ids)
        found = set[str]()
        for first in range(0, len(names), AT_ONCE):
            some = names[first : first + AT_ONCE]
            if not self.redis.exists(*map(keys.events, some)):
                continue
            with self.redis.pipeline(transaction=False) as pipe:
                for run_id in some:
                    pipe.exists(keys.events(run_id))
                answers: list[Any] = pipe.execute()
            found |= {run_id for run_id, there in zip(some, answers, strict=True) if there}
        return found

    def _follow(self, run_ids: set[str]) -> None:
        """From their stored position on."""
        if not run_ids:
            return
        with self.history.reading() as connection:
            self.streams |= {each: Stream(each, position(connection, each)) for each in run_ids}
        for run_id in run_ids:
            self._silent.pop(run_id, None)


class Claims:
    """`ty:claims` from now on: which runs workers take."""

    def __init__(self, redis: Redis) -> None:
        newest: Any = redis.xrevrange(keys.CLAIMS, count=1)
        self.last: bytes = newest[0][0] if newest else b"0-0"

    def taken(self, entries: Iterable[tuple[bytes, dict[bytes, bytes]]]) -> set[str]:
        """The runs that were taken, by what was read behind `last`."""
        found = set[str]()
        for entry_id, fields in entries:
            self.last = entry_id
            if fields.get(b"what") == b"taken":
                found.add(fields.get(b"run", b"").decode(errors="replace"))
        return found
