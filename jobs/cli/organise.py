"""`tag`, `note`, `rename`, `pin`, `archive`, `delete`, `restore` and their opposites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from jobs.cli import text
from jobs.cli.look import RunArgument
from jobs.run import Run
from jobs.services import organise
from jobs.services import runs as services
from jobs.yard import Yard

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN...", help="Ids, their unique beginnings, or unique names of runs."),
]


def mount(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (tag, note, rename, pin, unpin, archive, unarchive, delete, restore):
        app.command()(command)


def tag(
    run: RunArgument,
    add: Annotated[list[str] | None, typer.Argument(help="Tags to add; any text.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="A tag to take away; may be given several times.")
    ] = None,
) -> None:
    """Add tags to a run and take some away; without any, print those it has."""
    yard = Yard.open()
    found = services.find(yard, run)
    if add or remove:
        organise.tag(yard, [found.id], add or [], remove or [])
        found = services.get(yard, found.id)
    for each in found.tags:
        text.write(text.printable(each))


def note(
    run: RunArgument,
    words: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help='The notes, whole; "" removes them.')
    ] = None,
) -> None:
    """Write the notes of a run; without a text, print them."""
    yard = Yard.open()
    found = services.find(yard, run)
    if words is not None:
        organise.note(yard, found.id, words)
        found = services.get(yard, found.id)
    for line in found.notes.splitlines():
        text.write(text.printable(line))


def rename(
    run: RunArgument, name: Annotated[str, typer.Argument(help="The new name; any text.")]
) -> None:
    """Give a run another name."""
    yard = Yard.open()
    found = services.find(yard, run)
    organise.rename(yard, found.id, name)
    text.write(f"{found.id}  {text.printable(services.get(yard, found.id).name)}")


def pin(runs: Runs) -> None:
    """Put runs above the others in every list."""
    _each(runs, lambda yard, ids: organise.pin(yard, ids), "pinned")


def unpin(runs: Runs) -> None:
    """Put pinned runs back to their place."""
    _each(runs, lambda yard, ids: organise.pin(yard, ids, on=False), "not pinned")


def archive(runs: Runs) -> None:
    """Put runs away: lists leave them out unless asked."""
    _each(runs, lambda yard, ids: organise.archive(yard, ids), "archived")


def unarchive(runs: Runs) -> None:
    """Have archived runs back in the lists."""
    _each(runs, lambda yard, ids: organise.archive(yard, ids, on=False), "not archived")


def delete(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Runs.")] = None,
    now: Annotated[
        bool,
        typer.Option("--now", help="Remove at once and for good; without a RUN, all deleted runs."),
    ] = False,
) -> None:
    """Delete runs that have ended; for seven days `restore` has them back."""
    if not runs and not now:
        raise typer.BadParameter("name a run, or give --now to remove all deleted ones for good")
    if not runs:
        number = organise.empty(Yard.open())
        text.write(f"{number} deleted {'run is' if number == 1 else 'runs are'} removed for good")
        return
    said = "removed for good" if now else "deleted; `./trainyard restore` has it back for 7 days"
    _each(runs, lambda yard, ids: organise.delete(yard, ids, now=now), said)


def restore(runs: Runs) -> None:
    """Have deleted runs back."""
    _each(runs, organise.restore, "restored")


def _each(words: list[str], change: Callable[[Yard, list[str]], None], said: str) -> None:
    """Changes all of the runs or, where one does not fit, none; then a line for each."""
    yard = Yard.open()
    found: dict[str, Run] = {}
    for word in words:
        run = services.find(yard, word)
        found[run.id] = run
    change(yard, list(found))
    for run in found.values():
        text.write(f"{run.id}  {text.printable(run.name)}: {said}")
