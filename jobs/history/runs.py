"""Rows of runs: reading them as `Run`, adding one, changing what is wanted of one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jobs.history.attempts import Attempt
from jobs.history.schema import ATTEMPTS, RUNS, TAGS
from jobs.queue import Spot
from jobs.run import Run, view
from jobs.status import FINAL, Facts, judge


def find(connection: Connection, run_id: str) -> Run | None:
    """The run, or None when there is none with that id."""
    found = _views(connection, select(RUNS).where(RUNS.c.id == run_id), [run_id])
    return found[0] if found else None


def every(connection: Connection) -> list[Run]:
    """All runs that are not deleted, the newest first."""
    query = select(RUNS).where(RUNS.c.removal.is_(None)).order_by(RUNS.c.id.desc())
    return _views(connection, query, None)


def several(connection: Connection, run_ids: Sequence[str]) -> list[Run]:
    """Those of the runs that are there, in the order of the ids; also deleted ones."""
    found = _views(connection, select(RUNS).where(RUNS.c.id.in_(run_ids)), run_ids)
    by_id = {run.id: run for run in found}
    return [by_id[run_id] for run_id in run_ids if run_id in by_id]


def forks(connection: Connection, run_id: str) -> list[Run]:
    """Those that began from a checkpoint of the run and are not deleted, the oldest first."""
    query = select(RUNS).where(RUNS.c.fork_of == run_id, RUNS.c.removal.is_(None))
    ids = list(connection.execute(query.with_only_columns(RUNS.c.id)).scalars())
    return _views(connection, query.order_by(RUNS.c.id), ids) if ids else []


def matching(connection: Connection, text: str) -> list[str]:
    """Ids of the runs whose id begins with `text`, or else whose name is `text`.

    Deleted ones only where no other fits.
    """
    for fits in (RUNS.c.id.startswith(text.upper(), autoescape=True), RUNS.c.name == text):
        for there in (RUNS.c.removal.is_(None), RUNS.c.removal.is_not(None)):
            query = select(RUNS.c.id).where(fits, there).order_by(RUNS.c.id).limit(9)
            if found := list(connection.execute(query).scalars()):
                return found
    return []


def add(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Adds a run; False when its launch key was used before."""
    insert_once = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    added = connection.execute(
        insert_once(RUNS)
        .values(**row, **_kinds(row["config"]))
        .on_conflict_do_nothing(index_elements=["launch_key"])
    )
    return added.rowcount == 1


def add_all(connection: Connection, made: Sequence[Mapping[str, Any]]) -> None:
    """Adds runs that have no launch keys; all rows are whole and have the same columns."""
    if made:
        connection.execute(insert(RUNS), list(made))


def _kinds(config: str) -> dict[str, Any]:
    settings = json.loads(config)
    # A person's own script may be of any kind.
    found = {name: settings[name]["kind"] for name in ("model", "data") if name in settings}
    return found | {"devices": settings["hardware"]["devices"]} if found else {}


def by_launch_key(connection: Connection, key: str) -> str | None:
    """The run that was launched with `key`."""
    return connection.execute(select(RUNS.c.id).where(RUNS.c.launch_key == key)).scalar()


def desire(connection: Connection, run_ids: Collection[str], desired: str) -> None:
    """Writes down what is wanted of the runs: `running`, `paused` or `stopped`."""
    connection.execute(update(RUNS).where(RUNS.c.id.in_(run_ids)).values(desired=desired))


PLACE = func.coalesce(RUNS.c.place, RUNS.c.created).label("place")
"""at first the second of the launch"""

IN_ORDER = (RUNS.c.priority.desc(), PLACE.element, RUNS.c.id)
"""of the queue: nothing else decides who is next"""


@dataclass(frozen=True)
class Open:
    """A run that is not over, as far as the queue is concerned."""

    id: str
    desired: str
    source: str
    step: int
    attempts: tuple[Attempt, ...]
    retried: int = 0
    priority: int = 0
    place: float = 0.0
    devices: int = 1

    @property
    def spot(self) -> Spot:
        """Where it stands in the queue."""
        return Spot(self.priority, self.place, self.devices)

    @property
    def last(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def next_attempt(self) -> int:
        """The number that follows as far as the history knows."""
        return 1 if self.last is None else self.last.attempt + 1

    @property
    def facts(self) -> Facts:
        """What the status is judged by."""
        return Facts.of(vars(self), None if self.last is None else vars(self.last))


def unfinished(connection: Connection) -> list[Open]:
    """All runs that are not over, in the order in which they wait.

    None that is deleted: one whose attempts are removed already looks as if it had never begun.
    """
    later = ATTEMPTS.alias("later")
    follows = (later.c.run == ATTEMPTS.c.run) & (later.c.attempt > ATTEMPTS.c.attempt)
    # A script may take up a run that was finished: what counts is its newest attempt.
    final = select(ATTEMPTS.c.run).where(
        *(ATTEMPTS.c.run == RUNS.c.id, ATTEMPTS.c.reason.in_(FINAL)),
        ATTEMPTS.c.attempt > RUNS.c.retried,
        ~select(later.c.run).where(follows).exists(),
    )
    of_queue = (RUNS.c.retried, RUNS.c.priority, PLACE, RUNS.c.devices)
    query = select(RUNS.c.id, RUNS.c.desired, RUNS.c.source, RUNS.c.step, *of_queue).where(
        ~final.exists(), RUNS.c.removal.is_(None)
    )
    open_runs = query.subquery()
    tries = select(ATTEMPTS).join(open_runs, open_runs.c.id == ATTEMPTS.c.run)
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for row in connection.execute(tries.order_by(ATTEMPTS.c.run, ATTEMPTS.c.attempt)):
        attempts[row.run].append(Attempt.of(row))
    found = [
        Open(attempts=tuple(attempts[row.id]), **row._mapping)
        for row in connection.execute(query.order_by(*IN_ORDER))
    ]
    return [run for run in found if not judge(run.facts).ended]


def known(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Those of the ids that belong to a run."""
    query = select(RUNS.c.id).where(RUNS.c.id.in_(run_ids))
    return set(connection.execute(query).scalars()) if run_ids else set()


def settings(connection: Connection, run_id: str) -> str:
    """The run's `RunConfig` as JSON."""
    query = select(RUNS.c.config).where(RUNS.c.id == run_id)
    return str(connection.execute(query).scalar_one())


def _views(connection: Connection, query: Select[Any], run_ids: Sequence[str] | None) -> list[Run]:
    rows = connection.execute(query).mappings().all()
    tries = select(ATTEMPTS).order_by(ATTEMPTS.c.run, ATTEMPTS.c.attempt)
    tagged = select(TAGS).order_by(TAGS.c.run, TAGS.c.tag)
    if run_ids is not None:
        tries = tries.where(ATTEMPTS.c.run.in_(run_ids))
        tagged = tagged.where(TAGS.c.run.in_(run_ids))
    attempts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for attempt in connection.execute(tries).mappings():
        attempts[attempt["run"]].append(dict(attempt))
    tags: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(tagged):
        tags[row.run].append(row.tag)
    return [view(dict(row), attempts[row["id"]], tags[row["id"]]) for row in rows]
