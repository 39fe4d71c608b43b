"""`runs`, `show`, `stop`: the list, one run, and asking one to end."""

from __future__ import annotations

import json
import time
from typing import Annotated, get_args

import typer
from rich.table import Table

from engine.loop.range_test import suggest
from jobs import runs as services
from jobs.choices import choices_of
from jobs.cli import results, text
from jobs.export.summary import as_dict, summary
from jobs.history import Attempt
from jobs.run import Run
from jobs.status import Status
from jobs.yard import Yard

_TRIED = ("train/learning_rate", "train/loss")

RunArgument = Annotated[
    str, typer.Argument(help="Id of a run, the unique beginning of one, or a unique name.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def runs(
    as_json: JsonOption = False,
    number: Annotated[
        int | None, typer.Option("--number", "-n", min=1, help="At most so many, newest first.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="Only runs with this status.")] = None,
) -> None:
    """List the runs, newest first."""
    if status not in (None, *get_args(Status)):
        allowed = ", ".join(get_args(Status))
        raise typer.BadParameter(f"there is no status {status!r}; there are {allowed}")
    found = [run for run in services.list(Yard.open()) if status in (None, run.status)][:number]
    if as_json:
        text.write_json([as_dict(run) for run in found])
    elif found:
        text.console().print(_table(found))
    elif status:
        text.note(f"no run is {status}. All runs: `./trainyard runs`.")
    else:
        text.note("no runs. `./trainyard launch preset=digits_mlp` starts one.")


def show(run: RunArgument, as_json: JsonOption = False) -> None:
    """Show one run: status, progress, metrics, attempts and settings."""
    yard = Yard.open()
    found = services.find(yard, run)
    attempts, measured = yard.history.attempts(found.id), yard.history.evaluations(found.id)
    if as_json:
        text.write_json(summary(yard, found))
        return
    for name, value in _facts(found):
        text.write(f"{name:<11}{text.printable(value)}")
    if found.config.schedule.explores:
        text.write(f"{'suggested':<11}{_suggested(yard, found)}")
    for attempt in attempts:
        text.write(f"attempt {attempt.attempt:<3}{text.printable(_attempt(attempt))}")
    for name, choice in choices_of(yard.history, found.id).items():
        text.write(f"{name:<11}{text.printable(choice)}")
    for line in results.lines(measured):
        text.write(line)
    text.write("")
    text.write(json.dumps(found.config.to_dict(), indent=2))


def _suggested(yard: Yard, run: Run) -> str:
    """What a range test found: the learning rate, and the words that use it."""
    curves = yard.history.curves(run.id, _TRIED)
    found = suggest(*(curves[name].values.tolist() for name in _TRIED)) if curves else None
    if found is None:
        return "-" if run.over else "- (the test goes on)"
    return f"optimizer.learning_rate={found.learning_rate:g} (the loss fell fastest there)"


def stop(run: RunArgument) -> None:
    """Ask a run to save a checkpoint and end; a waiting one ends at once."""
    yard = Yard.open()
    found = services.find(yard, run)
    services.stop(yard, found.id)
    now = services.get(yard, found.id)
    text.write(f"{found.id}  {now.status}")


def _table(found: list[Run]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("id", "status", "name", "model", "data", "steps", "best", "duration", "created"):
        table.add_column(column, no_wrap=column in ("id", "status", "created"))
    now = time.time()
    for run in found:
        table.add_row(
            run.id,
            run.status,
            text.printable(run.name),
            run.config.model.title,
            run.config.data.title,
            text.progress(run),
            text.best(run),
            text.duration(run.seconds(now)),
            text.clock(run.created),
        )
    return table


def _facts(run: Run) -> list[tuple[str, str]]:
    facts = [
        ("id", run.id),
        ("name", run.name),
        ("status", run.status + (f": {run.cause}" if run.cause else "")),
        ("steps", f"{text.progress(run)}, {text.place(run)}"),
        ("best", text.best(run)),
        ("test", text.tested(run)),
        ("created", text.clock(run.created)),
        ("started", text.clock(run.started)),
        ("ended", text.clock(run.ended)),
        ("duration", text.duration(run.seconds(time.time()))),
        ("parameters", "-" if run.parameters is None else f"{run.parameters:,}"),
    ]
    if run.diverged:
        facts.append(("replay", f"step {run.diverged_step} came out differently after a resume"))
    if run.origin:
        facts.append(("origin", run.origin))
    return facts


def _attempt(attempt: Attempt) -> str:
    where = f"{attempt.machine} {attempt.device} {attempt.device_name}".strip() or "-"
    end = f"{attempt.reason}: {attempt.cause}".strip(": ") if attempt.ended else "goes on"
    steps = f"steps {attempt.resume_step:,} to {attempt.last_step:,}"
    return f"{text.clock(attempt.claimed)}  {where}  {steps}  {end}"
