"""`queue`, `priority`, `move`, `discard`: what waits, why, in which order, and what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer
from redis import RedisError
from rich.table import Table

from jobs import quarantine
from jobs.cli import text
from jobs.cli.look import JsonOption
from jobs.cli.organise import Runs
from jobs.quarantine import Aside
from jobs.services import queueing
from jobs.services import runs as services
from jobs.services.queueing import Entry, Line
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard


def mount(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (queue, priority, move, discard):
        app.command()(command)


def queue(
    as_json: JsonOption = False,
    aside: Annotated[
        bool, typer.Option("--aside", help="Only the entries that no worker could read.")
    ] = False,
) -> None:
    """List what waits, in order: why, and about when each run starts; and what was set aside."""
    yard = Yard.open()
    if aside:
        _write_aside(quarantine.look(yard.redis), as_json)
        return
    line = queueing.look(yard)
    if as_json:
        text.write_json([asdict(each) for each in line.waiting])
        return
    if line.waiting:
        text.console().print(_table(line))
    else:
        text.note(f"nothing waits; {_number(len(line.training))}")
    with suppress(RedisError, RedisUnavailable):
        if found := quarantine.look(yard.redis):
            text.write("")
            _write_aside(found, as_json=False)


def discard(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As `queue --aside` lists them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that was set aside.")] = False,
) -> None:
    """Delete entries of the queue for good that no worker could read; no run is touched."""
    if bool(ids) == every:
        raise typer.BadParameter("give ids from `./trainyard queue --aside`, or --all")
    redis = Yard.open().redis
    there = {each.id for each in quarantine.look(redis)}
    if unknown := [each for each in ids or () if each not in there]:
        raise typer.BadParameter(
            f"nothing set aside has the id {text.printable(unknown[0])}; "
            "see `./trainyard queue --aside`"
        )
    text.note(f"{len(quarantine.discard(redis, set(ids or there)))} discarded")


def priority(
    level: Annotated[
        str, typer.Argument(help="high, normal, low, or a number: the higher, the sooner.")
    ],
    runs: Runs,
) -> None:
    """Give waiting runs a priority."""
    yard = Yard.open()
    wanted = queueing.priority_of(level)
    ids = [services.find(yard, word).id for word in runs]
    queueing.prioritise(yard, ids, wanted)
    for run_id in ids:
        text.write(f"{run_id}  priority {queueing.priority_name(wanted).lower()}")


def move(
    runs: Runs,
    before: Annotated[str | None, typer.Option(help="Put them right before this run.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Put them at the head.")] = False,
    last: Annotated[bool, typer.Option("--last", help="Put them at the end.")] = False,
) -> None:
    """Put waiting runs elsewhere in the queue; they take the priority of the run they precede."""
    if (before is not None) + first + last != 1:
        raise typer.BadParameter("say where to: one of --before RUN, --first, --last")
    yard = Yard.open()
    ids = [services.find(yard, word).id for word in runs]
    target = services.find(yard, before).id if before is not None else None
    queueing.move(yard, ids, queueing.first(yard) if first else target)
    places = {each.id: each.number for each in queueing.look(yard).waiting}
    for run_id in ids:
        place = places.get(run_id)
        text.write(f"{run_id}  {'paused' if place is None else f'number {place} in the queue'}")


def _number(training: int) -> str:
    if not training:
        return "`./trainyard launch preset=digits_mlp` starts a run."
    return f"{training} {'run trains' if training == 1 else 'runs train'}."


def _write_aside(found: Sequence[Aside], as_json: bool) -> None:
    if as_json:
        text.write_json([asdict(each) for each in found])
        return
    if not found:
        text.note("nothing was set aside.")
        return
    table = Table(box=None, pad_edge=False, title="Set aside, unreadable", title_justify="left")
    for column in ("id", "when", "entry", "worker", "why"):
        table.add_column(column, no_wrap=column in ("id", "when"))
    for each in found:
        when = "-" if each.time is None else text.clock(each.time)
        cells = (text.printable(it) for it in (each.entry, each.worker or "-", each.why))
        table.add_row(each.id, when, *cells)
    text.console().print(table)
    text.note("`./trainyard discard ID` or `--all` deletes them; no run is touched.")


def _table(line: Line) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("#", "id", "name", "priority", "devices", "starts", "why"):
        table.add_column(column, no_wrap=column in ("#", "id", "starts"))
    for each in line.waiting:
        table.add_row(
            "-" if each.number is None else str(each.number),
            each.id,
            text.printable(each.name),
            queueing.priority_name(each.priority).lower(),
            f"{each.machines} x {each.devices}" if each.machines > 1 else str(each.devices),
            _starts(each),
            text.printable(each.why),
        )
    return table


def _starts(entry: Entry) -> str:
    if entry.starts_in is None:
        return "-" if entry.number is None else "unknown"
    return "now" if entry.starts_in < 1 else f"in about {text.duration(entry.starts_in)}"
