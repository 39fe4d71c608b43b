"""Several runs over each other: curves, final numbers with the best marked, differing settings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.panels import configuration
from dashboard.table import Cell, table
from dashboard.text import metric, metric_name
from engine.metrics.spread import Spread, plus_minus
from jobs.run import Run

_SMALL_IS_GOOD = frozenset(
    {
        "loss",
        "log_loss",
        "calibration_error",
        "mse",
        "rmse",
        "mae",
        "median_error",
        "perplexity",
        "token_error_rate",
    }
)


def draw(chosen: Sequence[Run]) -> None:
    """Curves for any number of runs; tables from two on."""
    from dashboard.live.component import live_compare
    from dashboard.live.names import legend_names

    names = legend_names({run.id: (run.name, run.config) for run in chosen})
    live_compare([run.id for run in chosen], key="compare", names=names)
    if len(chosen) < 2:
        return
    with st.container(key="results"):
        left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### Results")
        _results(chosen)
    with right:
        st.markdown("#### What differs")
        configuration.difference([run.name for run in chosen], [run.config for run in chosen])


def _results(chosen: Sequence[Run]) -> None:
    measured = [_measured(run) for run in chosen]
    names = list(dict.fromkeys(name for each in measured for name in each))
    if not names:
        st.caption("Nothing measured yet: numbers appear after the first epoch.")
        return
    rows = []
    for run, each in zip(chosen, measured, strict=True):
        cells = [_result(name, each, measured) for name in names]
        rows.append([Cell(run.name, link=f"run?id={run.id}"), *cells])
    table(["Run", *map(metric_name, names)], rows)


def _measured(run: Run) -> dict[str, Spread]:
    """Test metrics, and the best validation metric so far; each under the part it is from.

    Of folds the means and deviations of their tests: the best of them all would be luck.
    """
    found = {
        f"test {name}": Spread(value, run.deviations.get(name)) for name, value in run.test.items()
    }
    if run.best and not run.folds:
        name, value = run.best
        found = {f"best {name.replace('/', ' ')}": Spread(value, None), **found}
    return found


def _result(name: str, mine: dict[str, Spread], measured: Sequence[dict[str, Spread]]) -> Cell:
    found = mine.get(name)
    values = [each[name].mean for each in measured if name in each]
    known = [value for value in values if value == value]
    choose = min if name.split()[-1] in _SMALL_IS_GOOD else max
    best = len(known) > 1 and found is not None and found.mean == choose(known)
    text = metric(found.mean if found else None)
    if found and found.deviation is not None:
        text = plus_minus(*found)
    return Cell(text, number=True, strong=best, mark=best)
