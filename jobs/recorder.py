"""The recorder: moves events from Redis to the history and puts broken-off runs back on the queue.

`python -m jobs.recorder`. It may be killed at any moment: what it had not committed it reads again.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from contextlib import closing
from types import FrameType

from redis import Redis, RedisError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from engine.saving.failpoints import failpoint
from jobs.export.tensorboard.live import LiveFolders
from jobs.history import History
from jobs.history.database import database_url
from jobs.home import Home
from jobs.notify.courier import Courier
from jobs.own import outbox
from jobs.recording.following import Claims, Following
from jobs.recording.gaps import fill
from jobs.recording.pyramid import backlog, sum_up
from jobs.recording.remove import Remover
from jobs.recording.store import store
from jobs.recording.streams import ENTRIES, Batch, Entries, count, parse, read, trim
from jobs.recording.tend import Tender
from jobs.requeue import QUIET_SECONDS, YOUNG_SECONDS
from jobs.services import runs
from jobs.wire.connect import RedisUnavailable, connect_unretried

ROUND_SECONDS = 0.1
"""shortest time between two commits: packs the events of many runs into one transaction"""

REST_TIMES = 4
MOST_REST_SECONDS = 1.0
"""After a round it rests four times as long as that took, unless it is behind: fifty runs at once
took half of a core in small rounds, each of which writes the last chunk of every curve anew."""

TEND_SECONDS = 0.25
TEND_SHARE = 0.05
"""at most this share of the time goes into looking after waiting runs, however many there are"""

REPEAT_SECONDS = 60.0
"""how often the same trouble is told"""

DATABASE_AWAY = (OperationalError, InterfaceError, IntegrityError)
"""locked for too long, gone, or another recorder was faster: what to do is to read again"""

COURIER_SECONDS = 5.0
"""how long the end waits for a message that is being sent"""

LOG = logging.getLogger(__name__)


class Recorder:
    """One round after the other: read, store, tell, look after the queue."""

    def __init__(
        self,
        redis: Redis,
        history: History,
        home: Home,
        young_seconds: float = YOUNG_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self.redis = redis
        self.history = history
        self.home = home
        self._tender = Tender(redis, history, young_seconds, quiet_seconds)
        self._remover = Remover(redis, history, home)
        self._event_files = LiveFolders(history, home)
        self._following = Following(redis, history)
        self._claims = Claims(redis)
        self._taken = set[str]()
        self._next_tending = 0.0
        self._behind = True
        self.in_haste = False
        """the last round left something in the streams"""

    def round(self) -> bool:
        """One round; whether it stored something."""
        self._following.look(self._taken)
        streams = self._following.streams
        self._event_files.keep(streams)
        batch, told = Batch(), Entries()
        if self._following.some:
            batch, told = read(self.redis, streams.values(), self._claims.last)
        self._taken = self._claims.taken(told)
        if batch:
            self._store(batch)
        self.in_haste = any(len(entry_ids) == ENTRIES for _, entry_ids, _ in batch)
        if time.monotonic() >= self._next_tending:
            self.tend()
        if self._behind and not batch:
            self._catch_up()
        return bool(batch)

    def _catch_up(self) -> None:
        """One piece of a pyramid that an earlier Trainyard did not keep, while nothing is new."""
        with self.history.reading() as connection:
            found = backlog(connection)
        if found is None:
            self._behind = False
            return
        with self.history.writing() as connection:
            sum_up(connection, *found)

    def close(self) -> None:
        """Closes the files it holds open."""
        self._event_files.keep(())

    def _store(self, batch: Batch) -> None:
        whole = [
            (stream.run_id, fill(self.home.run(stream.run_id), stream.position, heard))
            for stream, _, heard in batch
        ]
        failpoint("recorder.before_store")
        with self.history.writing() as connection:
            for run_id, heard in whole:
                store(connection, run_id, heard)
            failpoint("recorder.before_commit")
        failpoint("recorder.after_commit")
        for stream, entry_ids, _ in batch:
            stream.position = parse(entry_ids[-1])
            stream.heard = time.monotonic()
            stream.passed.extend(entry_ids)
            runs.changed(self.redis, stream.run_id)
        for run_id, heard in whole:
            self._event_files.add(run_id, heard)
        count(self.redis, [each for _, heard in whole for each in heard])
        failpoint("recorder.before_trim")
        trim(self.redis, [stream for stream, _, _ in batch])

    def tend(self) -> None:
        """One look at every run that is not over, and at those that are to be removed."""
        began = time.monotonic()
        self._remover.look()
        complete = self._tender.tend(self._following.streams)
        outbox.deliver_all(self.home)
        now = time.monotonic()
        pause = max(TEND_SECONDS, (now - began) / TEND_SHARE) if complete else 0.0
        self._next_tending = now + pause


def record(home: Home, stop: threading.Event) -> None:
    """Records until `stop` is set, through every outage of Redis."""
    history = History.open(database_url(home))
    told, silent_until = "", 0.0
    # Beside it: a receiver that hangs must not keep an event waiting.
    courier = threading.Thread(
        target=Courier(history, home).run, args=(stop,), name="courier", daemon=True
    )
    courier.start()
    while not stop.is_set():
        try:
            with (
                connect_unretried(home) as redis,
                closing(Recorder(redis, history, home)) as recorder,
            ):
                _rounds(recorder, stop)
        except (RedisError, RedisUnavailable, *DATABASE_AWAY) as error:
            # A statement of SQL with its values is pages long, and this comes five times a second.
            reason = str(getattr(error, "orig", None) or error)
            if reason != told or time.monotonic() > silent_until:
                LOG.warning("Waiting: %s", reason)
                told, silent_until = reason, time.monotonic() + REPEAT_SECONDS
            stop.wait(0.2)
    courier.join(COURIER_SECONDS)
    history.close()


def _rounds(recorder: Recorder, stop: threading.Event) -> None:
    """Rounds until `stop`, then on until nothing more arrives."""
    while not stop.is_set():
        began = time.monotonic()
        stored = recorder.round()
        took = time.monotonic() - began
        rest = REST_TIMES * took if stored and not recorder.in_haste else 0.0
        stop.wait(max(ROUND_SECONDS - took, min(rest, MOST_REST_SECONDS)))
    while recorder.round():
        pass


def main() -> None:
    """Runs in the foreground until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # It tells seven lines about its own plug-ins when it makes the tables.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    home = Home.from_environment().create()
    LOG.info("Recording into %s", database_url(home).render_as_string(hide_password=True))
    record(home, stop)


if __name__ == "__main__":
    main()
