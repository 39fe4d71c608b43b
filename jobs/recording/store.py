"""Stores a batch of a run's events in the caller's transaction: points, records, position."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.events import DRAWN, Changed, Evaluation, Gradients, Hardware, Steps, Timing
from jobs.events import Measured, Record
from jobs.history import commands, orders
from jobs.history.points import Points
from jobs.history.schema import ATTEMPTS, EVALUATIONS, RECORDS, RUNS
from jobs.measures import measures
from jobs.recording import chunks, lost, moments, notices
from jobs.recording.fold import Fold
from jobs.recording.replay import first_divergence, news
from jobs.recording.upsert import upsert


@dataclass(frozen=True)
class Heard:
    """One event as it came from the stream."""

    attempt: int
    seq: int
    event: Record


def store(connection: Connection, run_id: str, heard: Sequence[Heard]) -> None:
    """Stores what is new in `heard`, which is in the order of the stream.

    Known events and those of an attempt that was overtaken are left out, whatever the stream
    says: the position in the database decides, in this very transaction.
    """
    for attempt, group in groupby(heard, key=lambda each: each.attempt):
        if attempt >= _newest(connection, run_id):
            _store_attempt(connection, run_id, attempt, list(group))


def _newest(connection: Connection, run_id: str) -> int:
    query = select(ATTEMPTS.c.attempt).where(ATTEMPTS.c.run == run_id)
    found = connection.execute(query.order_by(ATTEMPTS.c.attempt.desc()).limit(1)).scalar()
    return found or 0


def _store_attempt(
    connection: Connection, run_id: str, attempt: int, heard: Sequence[Heard]
) -> None:
    row = _attempt_row(connection, run_id, attempt, heard[0].event.time)
    new = [each for each in heard if each.seq > row["last_seq"]]
    if not new:
        return
    if row["reason"] == "lost":
        row = lost.withdraw(connection, row)
    run = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).mappings().one()
    fold = Fold(dict(run), row)
    curves: dict[str, list[tuple[int, Points]]] = defaultdict(list)
    begins: dict[str, int] = {}
    for each in new:
        fold.add(each.event)
        for metric, steps, seconds, values in measures(each.event):
            curves[metric].append((each.seq, Points.of(steps, seconds, values)))
            begins[metric] = each.event.fold_begin
    if attempt > 1 and run["diverged_step"] is None:
        step = first_divergence(connection, run_id, attempt, curves, begins)
        fold.run_changes.update({} if step is None else {"diverged_step": step})
    chunks.append(connection, run_id, attempt, news(connection, run_id, attempt, curves, begins))
    _add_records(connection, run_id, notices.keep(connection, run_id, new))
    _keep_evaluations(connection, run_id, new)
    moments.keep(connection, run_id, [each.event for each in new])
    answers = [each.event for each in new if isinstance(each.event, Changed) and each.event.id]
    commands.answer(connection, run_id, answers)
    orders.answer(connection, run_id, [each.event for each in new])
    _write(connection, run_id, attempt, fold, new[-1].seq)


def _attempt_row(connection: Connection, run_id: str, attempt: int, now: float) -> dict[str, Any]:
    """The attempt's row, locked for this transaction, made when it is not there."""
    here = (ATTEMPTS.c.run == run_id) & (ATTEMPTS.c.attempt == attempt)
    query = select(ATTEMPTS).where(here).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        lost.overtake(connection, run_id, attempt, now)
        connection.execute(insert(ATTEMPTS).values(run=run_id, attempt=attempt))
        row = connection.execute(query).mappings().one()
    return dict(row)


def _add_records(connection: Connection, run_id: str, heard: Sequence[Heard]) -> None:
    rows = [
        {
            "run": run_id,
            "attempt": each.attempt,
            "seq": each.seq,
            "kind": each.event.kind,
            "step": each.event.step,
            "time": each.event.time,
            "body": json.dumps(_body(each.event)),
        }
        for each in heard
        if _is_record(each)
    ]
    if rows:
        connection.execute(insert(RECORDS), rows)


def _body(event: Record) -> dict[str, Any]:
    """Its JSON object; of an evaluation only the numbers, the rest stands in a table of its own."""
    drawn = set(DRAWN) if isinstance(event, Evaluation) else None
    return event.model_dump(mode="json", exclude=drawn)


def _keep_evaluations(connection: Connection, run_id: str, heard: Sequence[Heard]) -> None:
    found = [each.event for each in heard if isinstance(each.event, Evaluation)]
    newest = {_place(each): each for each in found}
    rows = [
        {"run": run_id, "split": place, "body": each.model_dump_json()}
        for place, each in newest.items()
    ]
    if rows:
        upsert(connection, EVALUATIONS, rows)


def _place(evaluation: Evaluation) -> str:
    """What it takes the place of: an earlier one of its split. Each fold's test stays."""
    tested = evaluation.split == "test" and evaluation.fold
    return f"test {evaluation.fold}" if tested else evaluation.split


def _is_record(heard: Heard) -> bool:
    """What is no point of a curve is kept as it is."""
    return not isinstance(heard.event, Steps | Measured | Gradients | Timing | Hardware)


def _write(connection: Connection, run_id: str, attempt: int, fold: Fold, seq: int) -> None:
    connection.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.run == run_id, ATTEMPTS.c.attempt == attempt)
        .values(**fold.attempt_changes, last_seq=seq)
    )
    if fold.run_changes:
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(**fold.run_changes))
