"""Keeps samples of at most 50 validations of a run, evenly over its steps, in a bounded size."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from engine.events import Evaluation, Table
from jobs.history.moments import Moment
from jobs.history.schema import MOMENTS
from jobs.recording.upsert import upsert

MOST = 50
"""validations of a run, or of a fold, that are kept"""
MOST_BYTES = 2_000_000
"""of all moments of a run or fold; the pictures of colour photographs take 60 kB a validation"""
LARGEST = 150_000
"""bytes of a single one; a larger one is not kept"""
TABLES, ROWS = 2, 20

Place = tuple[int, int]
"""step and bytes"""


def keep(connection: Connection, run_id: str, events: Sequence[object]) -> None:
    """Adds the validations among `events` that show something, and drops what is too much."""
    found = [moment for each in events if (moment := _moment(each))]
    # A step that is told again replaces itself; of two in one batch the later one stands.
    bodies = {(each.fold, each.step): each.model_dump_json() for each in found}
    rows = [
        {"run": run_id, "fold": fold, "step": step, "bytes": len(body), "body": body}
        for (fold, step), body in bodies.items()
        if len(body) <= LARGEST
    ]
    if rows:
        upsert(connection, MOMENTS, rows)
    for fold in {fold for fold, _ in bodies}:
        _thin(connection, run_id, fold)


def _moment(event: object) -> Moment | None:
    """What is worth a look; None for other events and for validations without any of it."""
    if not isinstance(event, Evaluation) or event.split != "validation":
        return None
    tables = [] if event.watched else [_short(each) for each in event.tables[:TABLES]]
    if not (event.watched or event.samples or tables):
        return None
    return Moment.of(event, tables=tables)


def _short(table: Table) -> Table:
    return table.model_copy(update={"rows": table.rows[:ROWS]})


def _thin(connection: Connection, run_id: str, fold: int) -> None:
    here = (MOMENTS.c.run == run_id) & (MOMENTS.c.fold == fold)
    query = select(MOMENTS.c.step, MOMENTS.c.bytes).where(here).order_by(MOMENTS.c.step)
    places = [(row.step, row.bytes) for row in connection.execute(query)]
    if dropped := surplus(places):
        connection.execute(delete(MOMENTS).where(here & MOMENTS.c.step.in_(dropped)))


def surplus(places: Sequence[Place], most: int = MOST, most_bytes: int = MOST_BYTES) -> list[int]:
    """The steps to drop, `places` being in their order; the first and the last one stay.

    Always that one whose neighbours are nearest to each other, so that the gaps stay even.
    """
    left, dropped = list(places), []
    while len(left) > 2 and (len(left) > most or sum(size for _, size in left) > most_bytes):
        inner = range(1, len(left) - 1)
        nearest = min(inner, key=lambda i: left[i + 1][0] - left[i - 1][0])
        dropped.append(left.pop(nearest)[0])
    return dropped
