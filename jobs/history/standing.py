"""What state thousands of runs are in, without their settings: reading these takes a millisecond
each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from jobs.history.runs import PLACE
from jobs.history.schema import RUNS
from jobs.history.states import LAST, with_last
from jobs.queue import Spot
from jobs.status import Facts, Verdict, judge

COLUMNS = (
    *(RUNS.c.id, RUNS.c.name, RUNS.c.created, RUNS.c.desired, RUNS.c.source, RUNS.c.retried),
    *(RUNS.c.step, RUNS.c.total_steps, RUNS.c.fold, RUNS.c.priority, PLACE, RUNS.c.devices),
    *(RUNS.c.model, RUNS.c.data),
    *(LAST.c.attempt, LAST.c.started, LAST.c.ended, LAST.c.reason, LAST.c.cause),
    LAST.c.held,
    *(LAST.c.machine, LAST.c.device),
)
AT_ONCE = 1_000
"""ids of one query"""


@dataclass(frozen=True)
class Standing:
    """A run as far as its state and the queue are concerned."""

    id: str
    name: str
    created: float
    facts: Facts
    spot: Spot
    total_steps: int | None
    fold: int
    what: str
    """kinds of model and data: runs of the same are likely to take as long"""
    machine: str
    """of the newest attempt"""
    device: str

    @cached_property
    def verdict(self) -> Verdict:
        """Its status and why."""
        return judge(self.facts)

    @property
    def trains(self) -> bool:
        """Whether an attempt is under way: somebody holds a device for it."""
        return bool(self.facts.attempt) and not self.facts.ended


def of_ids(connection: Connection, run_ids: Sequence[str]) -> list[Standing]:
    """Those of the runs that are there and not deleted, in the order of the ids."""
    found: dict[str, Standing] = {}
    for begin in range(0, len(run_ids), AT_ONCE):
        some = RUNS.c.id.in_(run_ids[begin : begin + AT_ONCE])
        query = select(*COLUMNS).select_from(with_last()).where(some, RUNS.c.removal.is_(None))
        found |= {row["id"]: standing(row) for row in connection.execute(query).mappings()}
    return [found[run_id] for run_id in dict.fromkeys(run_ids) if run_id in found]


def standing(row: Mapping[Any, Any]) -> Standing:
    """From a row with `COLUMNS`."""
    return Standing(
        id=row["id"],
        name=row["name"],
        created=row["created"],
        facts=Facts.of(row, row if row["attempt"] is not None else None),
        spot=Spot(row["priority"], row["place"], row["devices"]),
        total_steps=row["total_steps"],
        fold=row["fold"],
        what=f"{row['model']} on {row['data']}",
        machine=row["machine"] or "",
        device=row["device"] or "",
    )
