"""The numbers of runs side by side: tests, the best and the last of each curve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from engine.metrics.spread import Spread, spread
from jobs.history import History
from jobs.history.ends import End, ends_of
from jobs.own.scores import plain
from jobs.run import Run

_FALLING = frozenset(
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
"""metrics that are better when they are lower; all others are better when they are higher"""

ASIDE = ("hardware/", "gradients/", "time/", "train/learning_rate", "train/gradient_norm")
"""beginnings of curves that say nothing of how good a run is"""

Numbers = dict[str, Spread]
"""by name, e.g. `test accuracy`, `best validation loss`, `last train loss`"""


def numbers_of(history: History, chosen: Sequence[Run]) -> dict[str, Numbers]:
    """All numbers of each run, by its id.

    Of folds the means and deviations of their tests: the best of them all would be luck.
    """
    with history.reading() as connection:
        found = ends_of(connection, [run.id for run in chosen if not run.folds], ASIDE)
    return {run.id: {**_tests(run), **_of_curves(found.get(run.id, {}))} for run in chosen}


def _tests(run: Run) -> Numbers:
    return {f"test {name}": Spread(v, run.deviations.get(name)) for name, v in run.test.items()}


def falls(name: str) -> bool:
    """Whether less of it is better."""
    leaf = plain(name.split()[-1]).rpartition("/")[2]
    return leaf in _FALLING or leaf.endswith("loss")


def best(name: str, values: Iterable[float | None]) -> float | None:
    """The best of at least two values; None where there are not two, or all are the same."""
    known = {value for value in values if value is not None and math.isfinite(value)}
    if len(known) < 2:
        return None
    return min(known) if falls(name) else max(known)


def mean_of(members: Sequence[Numbers]) -> dict[str, tuple[Spread, int]]:
    """Mean, sample deviation and number of runs of everything that a run of a group has."""
    names = dict.fromkeys(name for each in members for name in each)
    found = {name: [each[name].mean for each in members if name in each] for name in names}
    return {name: (spread(values), len(values)) for name, values in found.items()}


def _of_curves(found: Mapping[str, End]) -> Numbers:
    numbers: Numbers = {}
    for metric, end in found.items():
        name = metric.replace("/", " ")
        top = end.low if falls(name) else end.high
        if plain(metric) != metric and top is not None:
            numbers[f"best {name}"] = Spread(top, None)
        if end.last is not None:
            numbers[f"last {name}"] = Spread(end.last, None)
    return numbers
