"""The numbers of all runs: sortable, the best of each column marked, deviations where there are."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping, Sequence

import streamlit as st

from dashboard import services
from dashboard.comparing.subject import Subject
from dashboard.components.sheet import Cell, Column, sheet
from dashboard.text import NOTHING, count, duration, metric, metric_name, one_line
from engine.metrics.spread import Spread, plus_minus
from jobs.comparison.groups import Group
from jobs.comparison.scalars import Numbers, best, falls, mean_of, numbers_of
from jobs.run import Run

_FACTS = ("State", "Duration", "Steps", "Machine")


def draw(subject: Subject) -> None:
    """A row a run, or a row a group."""
    measured = measured_of(subject.runs)
    names = list(dict.fromkeys(name for each in measured.values() for name in each))
    if not names:
        st.caption("Nothing measured yet: numbers appear after the first epoch.")
    if subject.groups:
        _groups(subject, names, measured)
    else:
        _runs(subject, names, measured)


def measured_of(chosen: Sequence[Run]) -> dict[str, Numbers]:
    """The numbers of each run, by its id; read again only when one of the runs has moved on."""
    return _numbers(tuple((run.id, run.step, run.attempt, run.status) for run in chosen), chosen)


@st.cache_data(max_entries=20, show_spinner=False)
def _numbers(standing: tuple[Hashable, ...], _chosen: Sequence[Run]) -> dict[str, Numbers]:  # noqa: ARG001
    return numbers_of(services.yard().history, _chosen)


def _columns(names: Sequence[str]) -> list[Column]:
    return [
        Column(metric_name(name), _told(name), number=True, falls=falls(name)) for name in names
    ]


def _told(name: str) -> str:
    better = "lower is better" if falls(name) else "higher is better"
    return f"{metric_name(name)}; {better}. Click to sort."


def _runs(subject: Subject, names: Sequence[str], measured: Mapping[str, Numbers]) -> None:
    tops = {
        name: best(name, (each[name].mean for each in measured.values() if name in each))
        for name in names
    }
    rows = [
        [
            _name(subject, run),
            *(_number(measured[run.id].get(name), tops[name]) for name in names),
            *_facts(run),
        ]
        for run in subject.runs
    ]
    columns = [Column("Run"), *_columns(names), *_fact_columns()]
    sheet("results", columns, rows, key="results", sorts=True)


def _name(subject: Subject, run: Run) -> Cell:
    name, short = one_line(run.name), subject.names[run.id]
    note = "" if short == name or len(subject.runs) < 2 else short
    return Cell(
        name,
        sort=name.lower(),
        note=note,
        link=f"run?id={run.id}",
        colour=subject.colour(run.id),
        dash=subject.dash(run.id),
    )


def _number(found: Spread | None, top: float | None, note: str = "") -> Cell:
    if found is None:
        return Cell(NOTHING, number=True)
    text = metric(found.mean) if found.deviation is None else plus_minus(*found)
    is_best = top is not None and found.mean == top
    return Cell(text, sort=found.mean, number=True, best=is_best, note=note, help=repr(found.mean))


def _fact_columns() -> list[Column]:
    return [Column(name, number=name in ("Duration", "Steps")) for name in _FACTS]


def _facts(run: Run) -> list[Cell]:
    seconds = run.seconds(time.time())
    return [
        Cell(run.status.capitalize(), sort=run.status),
        Cell(duration(seconds), sort=seconds, number=True),
        Cell(count(run.step), sort=run.step, number=True),
        Cell(run.machine or NOTHING, sort=run.machine or None, help=run.device_name),
    ]


def _groups(subject: Subject, names: Sequence[str], measured: Mapping[str, Numbers]) -> None:
    """Means and sample deviations; how many runs stand behind a number where it is not all."""
    means = {
        group: mean_of([measured[run_id] for run_id in group.runs]) for group in subject.groups
    }
    tops = {
        name: best(name, (found[name][0].mean for found in means.values() if name in found))
        for name in names
    }
    rows = []
    for group in subject.groups:
        cells = [
            _number(*_mean(means[group].get(name), group, tops[name]))  # a group, a metric
            for name in names
        ]
        first = group.runs[0]
        head = Cell(group.name, sort=group.name, colour=subject.colour(first))
        number = len(group.runs)
        rows.append([head, Cell(str(number), sort=number, number=True), *cells])
    columns = [Column("Group"), Column("Runs", number=True), *_columns(names)]
    sheet("results", columns, rows, key="group-results", sorts=True)
    st.caption("Mean ± sample standard deviation over the runs of a group; one run has none.")


def _mean(
    found: tuple[Spread, int] | None, group: Group, top: float | None
) -> tuple[Spread | None, float | None, str]:
    if found is None:
        return None, top, ""
    spread, number = found
    return spread, top, "" if number == len(group.runs) else f"{number} of {len(group.runs)} runs"
