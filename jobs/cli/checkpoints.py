"""`checkpoints`: what of a run is on disk, which of it stays, and what began from it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from jobs.cli import text
from jobs.cli.look import JsonOption, RunArgument
from jobs.run import Run
from jobs.services import checkpoints as services
from jobs.services import forks, runs
from jobs.services.checkpoints import Kept
from jobs.yard import Yard

Steps = Annotated[
    list[str] | None,
    typer.Option(metavar="STEP", help="A step or a name; may be given several times."),
]


def checkpoints(
    run: RunArgument, pin: Steps = None, unpin: Steps = None, as_json: JsonOption = False
) -> None:
    """List the checkpoints of a run; --pin keeps one that would be removed when newer ones come."""
    yard = Yard.open()
    found = runs.find(yard, run)
    wanted = [(word, True) for word in pin or []] + [(word, False) for word in unpin or []]
    for kept, on in [(services.find(yard, found, word), on) for word, on in wanted]:
        services.pin(found, kept, on=on)
    look, begun = services.look(yard, found), forks.of(yard, found.id)
    there = look.found
    if look.trouble:
        text.note(f"{look.trouble}. Listed is what is on this machine.")
    if look.behind:
        text.note(f"{look.behind}.")
    if as_json:
        text.write_json([_as_dict(kept, begun) for kept in there])
        return
    if not there:
        services.find(yard, found)  # says why
    text.console().print(_table(there, begun))
    text.note(f"{text.size(sum(each.bytes for each in there))} in all")


def _as_dict(kept: Kept, begun: list[Run]) -> dict[str, Any]:
    return {
        "name": kept.name,
        "step": kept.step,
        "fold": kept.fold,
        "evaluated": kept.evaluated,
        "bytes": kept.bytes,
        "written": kept.written,
        "pinned": kept.pinned,
        "here": kept.here,
        "stored": bool(kept.key),
        "forks": [run.id for run in forks.at(begun, kept)],
    }


def _table(there: list[Kept], begun: list[Run]) -> Table:
    table = Table(box=None, pad_edge=False)
    # Where there is a store: else all are here.
    where = ["where"] * any(each.key for each in there)
    for column in ("checkpoint", "step", "size", "written", *where, "kept", "forks"):
        table.add_column(column, no_wrap=True)
    for each in there:
        table.add_row(
            each.name,
            each.place().removeprefix("step "),
            text.size(each.bytes),
            text.clock(each.written),
            *[_where(each) for _ in where],
            _why(each),
            ", ".join(run.id for run in forks.at(begun, each)),
        )
    return table


def _where(kept: Kept) -> str:
    return " + ".join(["here"] * kept.here + ["store"] * bool(kept.key))


def _why(kept: Kept) -> str:
    if kept.begins:
        return "began from it"
    return "pinned" if kept.pinned else ""
