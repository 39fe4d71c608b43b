"""`runs`: the list of runs, with the filters of the page."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Annotated, cast, get_args

import typer
from rich.table import Table

from jobs.cli import text
from jobs.cli.look import JsonOption
from jobs.export.summary import as_dict
from jobs.history.finding import Filter, Shelf, titles
from jobs.run import Run
from jobs.services import alerts, organise
from jobs.status import Status
from jobs.yard import Yard


def runs(  # noqa: PLR0913  # the options of a command are its parameters
    as_json: JsonOption = False,
    number: Annotated[
        int | None, typer.Option("--number", "-n", min=1, help="At most so many, newest first.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="Only runs with this status.")] = None,
    search: Annotated[
        str, typer.Option(help="Words that occur in name, tags, notes, model, data or id.")
    ] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Only runs with this tag.")] = None,
    model: Annotated[str, typer.Option(help="Only runs of this model, e.g. mlp.")] = "",
    data: Annotated[str, typer.Option(help="Only runs on these data, e.g. digits.")] = "",
    archived: Annotated[bool, typer.Option("--archived", help="Those put away.")] = False,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those to be removed.")] = False,
) -> None:
    """List the runs: pinned ones first, then the newest."""
    _among(status, get_args(Status), "status")
    _among(model, titles("model"), "model")
    _among(data, titles("data"), "data")
    shelf: Shelf = "deleted" if deleted else "archived" if archived else "current"
    states = (cast("Status", status),) if status else ()
    wanted = Filter(search, states, tuple(tag or ()), model, data, shelf)
    yard = Yard.open()
    found, _ = organise.page(yard, wanted, number)
    told = alerts.counts(yard, [run.id for run in found])
    if as_json:
        text.write_json([as_dict(run) | {"alerts": _number(told, run)} for run in found])
    elif found:
        text.console().print(_table(found, told))
    elif wanted == Filter():
        text.note("no runs. `./trainyard launch preset=digits_mlp` starts one.")
    else:
        text.note(f"{_none(wanted)}. All runs: `./trainyard runs`.")


def _none(wanted: Filter) -> str:
    if wanted == Filter(states=wanted.states):
        return f"no run is {wanted.states[0]}"
    if wanted == Filter(shelf=wanted.shelf):
        return f"no run is {wanted.shelf}"
    return "no run fits these filters"


def _among(given: str | None, known: Iterable[str], what: str) -> None:
    """Raises BadParameter with what there is."""
    names = list(known)
    if given and given not in names:
        allowed = ", ".join(names)
        raise typer.BadParameter(f"there is no {what} {given!r}; there are {allowed}")


def _what(run: Run) -> tuple[str, str]:
    """Model and data; of a person's own script, which has neither by name, its file."""
    if run.script is not None:
        return text.printable(run.script.script), "-"
    return run.config.model.title, run.config.data.title


def _number(told: Mapping[str, alerts.Count], run: Run) -> int:
    return told[run.id].number if run.id in told else 0


def _table(found: list[Run], told: Mapping[str, alerts.Count]) -> Table:
    table = Table(box=None, pad_edge=False)
    columns = ("id", "status", "name", "model", "data", "steps", "best", "duration", "created")
    tagged = any(run.tags for run in found)
    more = [*(["alerts"] if told else []), *(["tags"] if tagged else [])]
    for column in (*columns, *more):
        table.add_column(column, no_wrap=column in ("id", "status", "created"))
    now = time.time()
    for run in found:
        table.add_row(
            run.id,
            run.status,
            text.printable(run.name),
            *_what(run),
            text.progress(run),
            text.best(run),
            text.duration(run.seconds(now)),
            text.clock(run.created),
            *([str(_number(told, run) or "-")] if told else []),
            *([text.printable(", ".join(run.tags))] if tagged else []),
        )
    return table
