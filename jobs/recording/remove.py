"""Removes deleted runs for good: folder with checkpoints, points, records, their keys in Redis.

A little at a time, so that the recording of running runs never waits for a large one. It may be
killed at any moment: a run's row goes last, so the next look goes on where this one ended.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from dataclasses import dataclass, field

from redis import Redis
from sqlalchemy import Connection, Table, delete, select, tuple_

from engine.shared import STORE, shared_folder
from jobs.history import History, labels
from jobs.history.schema import METADATA, RUNS
from jobs.home import Home
from jobs.recording.streams import live_runs
from jobs.services import runs
from jobs.store.address import StoreUnusable
from jobs.store.removal import forget_run
from jobs.store.store import StoreAway
from jobs.wire import keys

LOOK_SECONDS = 2.0
"""how often it looks for runs whose time is over"""
GRACE_SECONDS = 60.0
"""clocks of two machines may differ: what one of them may still have back, the other one leaves"""
AGAIN_SECONDS = 60.0
"""after a folder could not be removed"""
RUNS_AT_ONCE = 20
"""looked at together, so that one whose folder cannot be removed does not hold up the others"""
ROWS = 200
"""of one transaction; of points these are 100,000"""

LOG = logging.getLogger(__name__)


@dataclass
class Remover:
    """Works at one run after the other."""

    redis: Redis
    history: History
    home: Home
    _next: float = 0.0
    _folders: dict[str, Folder] = field(default_factory=dict)

    def look(self) -> None:
        """Does a little of what is due."""
        if time.monotonic() < self._next:
            return
        with self.history.reading() as connection:
            due = labels.due(connection, time.time() - GRACE_SECONDS, RUNS_AT_ONCE)
        live = live_runs(self.redis) if due else set()
        ready = [each for each in due if each not in live and not self._leased(each)]
        if not any(self._step(run_id) for run_id in ready):
            self._next = time.monotonic() + LOOK_SECONDS

    def _step(self, run_id: str) -> bool:
        """Whether something was done and more is to do."""
        folder = self._folders.setdefault(run_id, Folder(self.home, run_id))
        if not folder.gone():
            return False
        with self.history.writing() as connection:
            if _remove_rows(connection, run_id):
                return True
            connection.execute(delete(RUNS).where(RUNS.c.id == run_id))
        for key in keys.OF_A_RUN:
            self.redis.delete(key(run_id))
        del self._folders[run_id]
        runs.changed(self.redis, run_id)
        return True

    def _leased(self, run_id: str) -> bool:
        """Whether a worker that was thought lost still holds it."""
        until: object = self.redis.hget(keys.claim(run_id), "until")
        now = self.redis.time()[0] * 1000
        return isinstance(until, bytes) and int(until) > now


class Folder:
    """A run's folder, removed in a thread: a network's disk may take minutes for checkpoints."""

    def __init__(self, home: Home, run_id: str) -> None:
        self._path = home.run(run_id)
        self._run_id = run_id
        self._thread: threading.Thread | None = None
        self._again = 0.0
        self._stored = "://" in os.environ.get(STORE, "")
        """whether the store may have something of it yet"""

    def gone(self) -> bool:
        """Whether it is; otherwise it is being removed."""
        if self._thread is not None and self._thread.is_alive():
            return False
        if self._away():
            return False
        if not self._path.exists() and not self._stored:
            return True
        if time.monotonic() >= self._again:
            self._again = time.monotonic() + AGAIN_SECONDS
            self._thread = threading.Thread(target=self._remove, name="remove", daemon=True)
            self._thread.start()
        return False

    def _away(self) -> bool:
        """Whether the disk that the folder lies on is not there: it comes back with the folder."""
        return shared_folder() is not None and not self._path.parent.is_dir()

    def _remove(self) -> None:
        try:
            if self._path.exists():
                shutil.rmtree(self._path)
            if self._stored:
                forget_run(self._run_id)
                self._stored = False
        except (OSError, StoreAway, StoreUnusable) as error:
            LOG.warning("%s cannot be removed (%s); it is tried again.", self._path, error)


def _remove_rows(connection: Connection, run_id: str) -> bool:
    """Removes some rows that belong to the run; whether there were any."""
    for table in reversed(METADATA.sorted_tables):
        if table.name != RUNS.name and _belongs_to_runs(table):
            key = tuple_(*table.primary_key.columns)
            some = select(*table.primary_key.columns).where(table.c.run == run_id).limit(ROWS)
            # In a list of their own: PostgreSQL may otherwise choose others for each row.
            found = [tuple(row) for row in connection.execute(some)]
            if found:
                connection.execute(delete(table).where(key.in_(found)))
                return True
    return False


def _belongs_to_runs(table: Table) -> bool:
    return any(foreign.column.table is RUNS for foreign in table.foreign_keys)
