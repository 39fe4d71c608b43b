"""`compare`: the numbers and the differing settings of several runs, as the page shows them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from engine.metrics.spread import plus_minus
from jobs.cli import text
from jobs.cli.look import JsonOption
from jobs.cli.organise import Runs
from jobs.comparison.differences import Setting, compared, flat, written
from jobs.comparison.groups import choices, grouped
from jobs.comparison.names import legend_names
from jobs.comparison.scalars import Numbers, mean_of, numbers_of
from jobs.run import Run
from jobs.services import runs as services
from jobs.yard import Yard

Line = list[str]


def compare(
    runs: Runs,
    everything: Annotated[
        bool, typer.Option("--all", help="All settings, not only those that differ.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(help="Mean and deviation of groups: seeds, folds, or the path of a setting."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the numbers as CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare runs: what was measured, and in which settings they differ."""
    yard = Yard.open()
    found = {run.id: run for run in (services.find(yard, word) for word in runs)}
    chosen = list(found.values())
    measured = numbers_of(yard.history, chosen)
    settings = compared({run.id: flat(run.given) for run in chosen})
    shown = [each for each in settings if everything or each.differs]
    if as_json:
        text.write_json(_json(chosen, measured, shown))
        return
    table = _grouped(chosen, measured, by) if by else _single(chosen, measured)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(table)
        return
    _print(table)
    text.write("")
    _print(_settings(chosen, shown))


def _single(chosen: Sequence[Run], measured: dict[str, Numbers]) -> list[Line]:
    """A line a number, a column a run."""
    names = _names(measured)
    head = ["", *(text.printable(run.name) for run in chosen)]
    rows = [[name, *(_one(measured[run.id], name) for run in chosen)] for name in names]
    return [head, *rows]


def _grouped(chosen: Sequence[Run], measured: dict[str, Numbers], by: str) -> list[Line]:
    """A line a number, a column a group. Raises BadParameter for what makes no group."""
    configs = {run.id: run.given for run in chosen}
    known = choices(configs)
    if by not in known:
        there = ", ".join(known) or "nothing: no two of them are alike"
        raise typer.BadParameter(f"these runs cannot be grouped by {by!r}, but by {there}")
    groups = grouped(configs, {run.id: run.name for run in chosen}, by)
    means = [mean_of([measured[run_id] for run_id in group.runs]) for group in groups]
    head = ["", *(text.printable(group.name) for group in groups)]
    counts = ["runs", *(str(len(group.runs)) for group in groups)]
    rows = [
        [name, *(plus_minus(*each[name][0]) if name in each else "-" for each in means)]
        for name in _names(measured)
    ]
    return [head, counts, *rows]


def _settings(chosen: Sequence[Run], shown: Sequence[Setting]) -> list[Line]:
    if not shown:
        return [["these runs have the same settings"]]
    return [
        [each.path, *(_value(each, run.id) for run in chosen)]  # a setting, a run
        for each in shown
    ]


def _value(setting: Setting, run_id: str) -> str:
    return written(setting.values[run_id]) if run_id in setting.values else "-"


def _one(found: Numbers, name: str) -> str:
    return plus_minus(*found[name]) if name in found else "-"


def _names(measured: dict[str, Numbers]) -> list[str]:
    return list(dict.fromkeys(name for each in measured.values() for name in each))


def _print(table: Sequence[Line]) -> None:
    """Columns of one width each, two blanks between them."""
    widths = [max(len(row[i]) for row in table if i < len(row)) for i in range(len(table[0]))]
    for row in table:
        padded = (
            text.printable(each).ljust(width) for each, width in zip(row, widths, strict=False)
        )
        text.write("  ".join(padded).rstrip())


def _json(
    chosen: Sequence[Run], measured: dict[str, Numbers], shown: Sequence[Setting]
) -> dict[str, object]:
    names = legend_names({run.id: (run.name, run.given) for run in chosen})
    return {
        "runs": [
            {
                "id": run.id,
                "name": run.name,
                "differs": names[run.id],
                "numbers": {
                    name: {"value": value, "deviation": deviation}
                    for name, (value, deviation) in measured[run.id].items()
                },
            }
            for run in chosen
        ],
        "settings": [{"path": each.path, "values": dict(each.values)} for each in shown],
    }
