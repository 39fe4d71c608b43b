"""Waits for a run: a progress bar on a terminal, one JSON object a line in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from redis import RedisError
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from jobs.cli import text
from jobs.cli.read import line
from jobs.history import Record
from jobs.measures import named
from jobs.run import Run
from jobs.services import runs as services
from jobs.services.machines import list_machines
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 5.0
"""a run that nobody took by then gets a word about why"""

KINDS = ("log", "alert", "claimed", "started", "evaluation", "finished", "ended")


def wait_for(yard: Yard, run_id: str) -> int:
    """Shows the run until it has ended; 0 when it finished, else 1."""
    run = _on_terminal(yard, run_id) if sys.stdout.isatty() else _in_pipe(yard, run_id)
    return 0 if run.status == "finished" else 1


def _in_pipe(yard: Yard, run_id: str) -> Run:
    step = -1
    for run, records in _moments(yard, run_id):
        for record in records:
            text.write_json({"attempt": record.attempt, **record.body})
        if run.step != step:
            step = run.step
            loss = _loss(yard, run)
            text.write_json({"kind": "progress", "step": step, "train/loss": loss})
    text.write_json({"kind": "ended", "run": run_id, "status": run.status, "cause": run.cause})
    return run


def _on_terminal(yard: Yard, run_id: str) -> Run:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=text.console()) as bar:
        task = bar.add_task("queued", total=None, note="")
        for run, records in _moments(yard, run_id):
            for record in records:
                said = line(record) if record.kind != "evaluation" else _scores(record)
                bar.console.print(said, soft_wrap=True)
            _advance(bar, task, run, _loss(yard, run))
    text.write(f"{run.status}. {run.cause}".strip())
    return run


def _advance(bar: Progress, task: TaskID, run: Run, loss: float | None) -> None:
    fold = f"fold {run.fold} of {run.folds}, " if run.folds and run.fold else ""
    note = f"{fold}step {text.progress(run)}"
    note += "" if loss is None else f"  loss {text.number(loss)}"
    bar.update(task, description=run.status, total=run.total_steps, completed=run.step, note=note)


def _moments(yard: Yard, run_id: str) -> Iterator[tuple[Run, list[Record]]]:
    """The run and its new records a few times a second; the last moment has all of them."""
    position, warned, began = (0, 0), False, time.monotonic()
    while True:
        run = services.get(yard, run_id)
        records = yard.history.records(run_id, KINDS, after=position)
        position = records[-1].position if records else position
        yield run, records
        if run.over:
            return
        if run.status == "queued" and not warned and time.monotonic() - began > PATIENCE_SECONDS:
            warned = True
            text.note(_why_waiting(yard))
        time.sleep(POLL_SECONDS)


def _why_waiting(yard: Yard) -> str:
    try:
        workers = [each for found in list_machines(yard.redis) for each in found.workers]
    except (RedisError, RedisUnavailable):
        return "the run is saved, but Redis does not answer. Start everything: `./trainyard up`."
    if not any(each.state != "lost" for each in workers):
        return "the run waits: there is no worker. Start one with `./trainyard up`."
    return "the run waits: every worker is busy."


def _loss(yard: Yard, run: Run) -> float | None:
    last = yard.history.curve(run.id, named("train/loss", run.fold)).values[-1:]
    return float(last[0]) if len(last) else None


def _scores(record: Record) -> str:
    values = "  ".join(f"{name} {text.number(v)}" for name, v in record.body["metrics"].items())
    fold = f"fold {record.body['fold']}  " if record.body.get("fold") else ""
    return f"{fold}epoch {record.body['epoch']:>4}  {record.body['split']:<11}{values}"
