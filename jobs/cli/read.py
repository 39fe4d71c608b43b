"""`logs` and `metrics`: what a run said, as text or CSV."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from engine.events import Changed, Obeyed
from jobs.cli import text
from jobs.cli.export import known
from jobs.cli.look import JsonOption, RunArgument
from jobs.export.files import pieces
from jobs.export.points import tables
from jobs.history import Points, Record
from jobs.measures import apart
from jobs.services import runs as services
from jobs.yard import Yard

POLL_SECONDS = 0.25


def logs(
    run: RunArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what a run said: log lines, alerts, starts and ends."""
    yard = Yard.open()
    found = services.find(yard, run)
    lines = following(yard, found.id) if follow else iter(yard.history.logs(found.id))
    for record in lines:
        if as_json:
            text.write_json({"attempt": record.attempt, "seq": record.seq, **record.body})
        else:
            text.write(line(record))


def metrics(
    run: RunArgument,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all points as CSV.")] = False,
    metric: Annotated[
        list[str] | None, typer.Option(help="Only this metric; may be given several times.")
    ] = None,
) -> None:
    """List a run's metrics with their last values, or print every point with --csv."""
    yard = Yard.open()
    found = services.find(yard, run)
    known(yard, found.id, metric or [])
    if as_csv:
        for piece in pieces(tables(yard.history, found.id, "long", metric or ()), "csv"):
            sys.stdout.buffer.write(piece)
        return
    curves = yard.history.curves(found.id, metric)
    for name, points in sorted(curves.items(), key=_by_fold):
        text.write(f"{name:<32}{len(points):>10,} points, last {text.number(points.values[-1])}")


def _by_fold(item: tuple[str, Points]) -> tuple[int, str]:
    """Fold by fold, their tenth after the ninth."""
    metric, fold = apart(item[0])
    return fold, metric


def following(yard: Yard, run_id: str) -> Iterator[Record]:
    """The run's log records as they are stored, until the run has ended and all were read."""
    position = (0, 0)
    while True:
        over = services.get(yard, run_id).over
        for record in yard.history.logs(run_id, after=position):
            position = record.position
            yield record
        if over:
            return
        time.sleep(POLL_SECONDS)


def line(record: Record) -> str:
    """One log record as a line for people."""
    body = record.body
    what = {
        "claimed": f"attempt {record.attempt}: taken by {body.get('worker')}",
        "started": f"{_fold(body)}training on {body.get('device_name')} from step {record.step:,}",
        "finished": ": ".join(filter(None, (body.get("reason"), body.get("message")))),
        "ended": f"ended: {body.get('cause')}",
        "changed": _changed(body),
        "obeyed": _obeyed(body),
    }.get(record.kind, str(body.get("message", "")))
    level = str(body.get("level", "info"))
    moment = f"{text.clock(record.time)}  step {record.step:>7,}"
    return "\n".join(
        f"{moment}  {level:<8}{text.printable(each)}" for each in what.splitlines() or [""]
    )


def _fold(body: Mapping[str, Any]) -> str:
    return f"fold {body['fold']} of {body['folds']}: " if body.get("fold") else ""


def _obeyed(body: Mapping[str, Any]) -> str:
    return Obeyed.model_validate(body).sentence() if body.get("kind") == "obeyed" else ""


def _changed(body: Mapping[str, Any]) -> str:
    return Changed.model_validate(body).sentence() if body.get("kind") == "changed" else ""
