"""All points of a run as a stream of tables, so that their number does not matter.

Long: one row a point. Wide: one row a step, one column a curve, without what belongs to the clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, tuple_

from jobs.history import History
from jobs.history.points import Points, join, merge
from jobs.history.schema import CHUNKS
from jobs.measures import apart, by_clock

if TYPE_CHECKING:
    import pyarrow

Shape = Literal["long", "wide"]
Tables = tuple["pyarrow.Schema", Iterator["pyarrow.RecordBatch"]]

PAGE_CHUNKS = 200
"""read in one transaction: 100,000 points of one curve"""

WINDOW_POINTS = 200_000
"""of a wide table are in memory at once, about"""


def tables(history: History, run_id: str, shape: Shape, names: Sequence[str] = ()) -> Tables:
    """The schema and the batches, of the curves in `names` or of all.

    Values are float32 as recorded, NaN and infinities too; where a wide table has no point, null.
    """
    chosen = sorted(names or history.metrics(run_id), key=lambda name: apart(name)[::-1])
    return (_long if shape == "long" else _wide)(history, run_id, chosen)


def _long(history: History, run_id: str, names: Sequence[str]) -> Tables:
    import pyarrow as pa

    fields = {"metric": pa.string(), "fold": pa.int32(), "attempt": pa.int32()}
    fields |= {"step": pa.int32(), "seconds": pa.float64(), "value": pa.float32()}
    schema = pa.schema(list(fields.items()))

    def batches() -> Iterator[pyarrow.RecordBatch]:
        for name in names:
            metric, fold = apart(name)
            for attempt, points in stretches(history, run_id, name):
                head = (
                    pa.scalar(metric),
                    pa.scalar(fold, pa.int32()),
                    pa.scalar(attempt, pa.int32()),
                )
                columns = [pa.repeat(each, len(points)) for each in head]
                columns += map(pa.array, (points.steps, points.seconds, points.values))
                yield pa.record_batch(columns, schema=schema)

    return schema, batches()


def stretches(history: History, run_id: str, name: str) -> Iterator[tuple[int, Points]]:
    """One curve as attempt and points, chunk by chunk; a step that was replayed counts once."""
    earlier = np.empty(0, np.int32)
    for attempt, rows in groupby(_chunks(history, run_id, name), lambda row: row.attempt):
        mine = [earlier]
        for row in rows:
            points = _unpacked(row)
            if len(earlier) and not by_clock(name):
                points = points.take(~np.isin(points.steps, earlier))
            mine.append(points.steps)
            if len(points):
                yield attempt, points
        earlier = np.concatenate(mine)


def _chunks(history: History, run_id: str, name: str) -> Iterator[Any]:
    """One curve's chunks by attempt and time.

    A page a transaction: whoever takes the points may be slow, and the log of a SQLite file grows
    as long as somebody reads.
    """
    columns = (CHUNKS.c.attempt, CHUNKS.c.first_seq, CHUNKS.c.steps, CHUNKS.c.seconds)
    place = (CHUNKS.c.attempt, CHUNKS.c.first_seq)
    query = (
        select(*columns, CHUNKS.c.readings)
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric == name)
        .order_by(*place)
        .limit(PAGE_CHUNKS)
    )
    after = (0, -1)
    while True:
        with history.reading() as connection:
            page = connection.execute(query.where(tuple_(*place) > after)).all()
        yield from page
        if len(page) < PAGE_CHUNKS:
            return
        after = (page[-1].attempt, page[-1].first_seq)


def _unpacked(row: Any) -> Points:
    return Points.unpack(row.steps, row.seconds, row.readings)


def _wide(history: History, run_id: str, names: Sequence[str]) -> Tables:
    import pyarrow as pa

    mine = [name for name in names if not by_clock(name)]
    metrics = list(dict.fromkeys(_column(name) for name in mine))
    head = {"fold": pa.int32(), "step": pa.int32(), "seconds": pa.float64()}
    schema = pa.schema([*head.items(), *((metric, pa.float32()) for metric in metrics)])

    def batches() -> Iterator[pyarrow.RecordBatch]:
        for fold, group in groupby(mine, lambda name: apart(name)[1]):
            its = list(group)
            for span in _windows(history, run_id, its):
                yield _rows(schema, fold, _within(history, run_id, its, span))

    return schema, batches()


def _column(name: str) -> str:
    """What a curve is called in a wide table: its metric, apart from the columns all have."""
    metric, _ = apart(name)
    return f"{metric} (metric)" if metric in ("fold", "step", "seconds") else metric


def _windows(history: History, run_id: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of steps, end exclusive, that hold about `WINDOW_POINTS` points each."""
    query = (
        select(CHUNKS.c.last_step, CHUNKS.c.points)
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric.in_(names))
        .order_by(CHUNKS.c.last_step)
    )
    with history.reading() as connection:
        rows = connection.execute(query).all()
    ends, points = list[int](), 0
    for row in rows:
        points += row.points
        if points >= WINDOW_POINTS:
            ends.append(row.last_step + 1)
            points = 0
    ends += [row.last_step + 1 for row in rows[-1:]]
    return [span for span in pairwise((0, *ends)) if span[0] < span[1]]


def _within(
    history: History, run_id: str, names: Sequence[str], span: tuple[int, int]
) -> dict[str, Points]:
    """The curves between two steps, attempts merged."""
    columns = (CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.steps, CHUNKS.c.seconds)
    query = (
        select(*columns, CHUNKS.c.readings)
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric.in_(names))
        .where(CHUNKS.c.first_step < span[1], CHUNKS.c.last_step >= span[0])
        .order_by(CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.first_seq)
    )
    with history.reading() as connection:
        rows = connection.execute(query).all()
    parts: dict[str, dict[int, list[Points]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        points = _unpacked(row)
        inside = (points.steps >= span[0]) & (points.steps < span[1])
        parts[row.metric][row.attempt].append(points.take(inside))
    return {name: merge([join(each) for each in tries.values()]) for name, tries in parts.items()}


def _rows(schema: pyarrow.Schema, fold: int, found: dict[str, Points]) -> pyarrow.RecordBatch:
    """One row for each step that some curve has."""
    import pyarrow as pa

    steps: NDArray[np.int32] = np.unique(np.concatenate([each.steps for each in found.values()]))
    seconds = np.full(len(steps), np.inf)
    columns: dict[str, Any] = {}
    for name, points in found.items():
        at = np.searchsorted(steps, points.steps)
        np.minimum.at(seconds, at, points.seconds)
        values, absent = np.zeros(len(steps), np.float32), np.ones(len(steps), bool)
        values[at], absent[at] = points.values, False
        columns[_column(name)] = pa.array(values, mask=absent)
    columns |= {"fold": np.full(len(steps), fold, np.int32), "step": steps, "seconds": seconds}
    nothing = pa.nulls(len(steps), pa.float32())
    return pa.record_batch([columns.get(name, nothing) for name in schema.names], schema=schema)
