"""`show`: one run."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from engine.loop.range_test import suggest
from jobs.choices import choices_of
from jobs.cli import results, text
from jobs.export.summary import summary
from jobs.history import Attempt
from jobs.run import Run
from jobs.services import alerts
from jobs.services import runs as services
from jobs.yard import Yard

SHOWN_ALERTS = 20
"""the newest; all stand in `logs`"""

_TRIED = ("train/learning_rate", "train/loss")

RunArgument = Annotated[
    str, typer.Argument(help="Id of a run, the unique beginning of one, or a unique name.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    for alert in alerts.of_run(yard, found.id)[:SHOWN_ALERTS]:
        text.write(f"{alert.level:<11}step {alert.step:,}: {text.printable(alert.message)}")
    for line in results.lines(measured):
        text.write(line)
    text.write("")
    text.write(json.dumps(found.settings, indent=2, ensure_ascii=False))


def _suggested(yard: Yard, run: Run) -> str:
    """What a range test found: the learning rate, and the words that use it."""
    curves = yard.history.curves(run.id, _TRIED)
    found = suggest(*(curves[name].values.tolist() for name in _TRIED)) if curves else None
    if found is None:
        return "-" if run.over else "- (the test goes on)"
    return f"optimizer.learning_rate={found.learning_rate:g} (the loss fell fastest there)"


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
    if run.config.start:
        facts.append(("fork of", f"{run.config.start.run}, {run.config.start.place()}"))
    if run.origin:
        facts.append(("origin", run.origin))
    facts += _labels(run)
    return facts


def _labels(run: Run) -> list[tuple[str, str]]:
    """What people made of it; nothing where they made nothing."""
    said = [("tags", ", ".join(run.tags)), ("notes", " / ".join(run.notes.splitlines()))]
    places = [name for name in ("pinned", "archived") if getattr(run, name)]
    if run.removal is not None:
        places.append(f"deleted, removed for good at {text.clock(run.removal)}")
    return [(name, value) for name, value in (*said, ("place", ", ".join(places))) if value]


def _attempt(attempt: Attempt) -> str:
    where = f"{attempt.machine} {attempt.device} {attempt.device_name}".strip() or "-"
    end = f"{attempt.reason}: {attempt.cause}".strip(": ") if attempt.ended else "goes on"
    steps = f"steps {attempt.resume_step:,} to {attempt.last_step:,}"
    return f"{text.clock(attempt.claimed)}  {where}  {steps}  {end}"
