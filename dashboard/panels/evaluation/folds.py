"""The tests of all folds in one table, their mean and deviation, and which fold to look at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import metric, metric_name
from engine.events import Evaluation
from engine.metrics.spread import plus_minus, spreads

_SEGMENTS = 10
"""folds that stand side by side; more are a list"""


def of_each(found: Sequence[Evaluation]) -> list[Evaluation]:
    """The test of each fold that was tested; told again after a resume, the newest counts."""
    tests = {each.fold: each for each in found if each.split == "test" and each.fold}
    return [tests[fold] for fold in sorted(tests)]


def draw(tests: Sequence[Evaluation], folds: int) -> None:
    """A row a fold, below them what they say together; nothing before the first test."""
    if not tests:
        return
    found = spreads([each.metrics for each in tests])
    names = list(dict.fromkeys(name for each in tests for name in each.metrics))
    rows = [_row(each, names) for each in tests]
    if len(tests) > 1:
        said = [plus_minus(*found[name]) if name in found else "" for name in names]
        cells: list[Content] = [Cell(text, number=True, strong=True) for text in said]
        rows.append([Cell("Mean ± deviation", strong=True), *cells])
    st.html("<h5>Test of each fold</h5>")
    table(["Fold", *map(metric_name, names)], rows)
    st.caption(_legend(len(tests), folds))


def _row(test: Evaluation, names: Sequence[str]) -> list[Content]:
    values = (metric(test.metrics.get(name)) for name in names)
    return [f"{test.fold}", *(Cell(value, number=True) for value in values)]


def _legend(done: int, folds: int) -> str:
    count = f"{done} of {folds} folds are tested. " if done < folds else ""
    if done < 2:
        return f"{count}The mean comes with the second one."
    return (
        f"{count}± is the sample standard deviation over the folds (divided by {done} - 1). "
        "Each fold is tested once, with weights that learned from the others."
    )


def choose(known: Sequence[int], current: int) -> int:
    """The fold whose curves and pictures are shown; the choice is in the URL."""
    if len(known) < 2:
        return known[0] if known else current
    if len(known) > _SEGMENTS:
        return int(
            st.selectbox(
                "Fold", known, key="fold", format_func=_named, width=160, bind="query-params"
            )
        )
    return int(
        st.segmented_control(
            "Fold",
            known,
            default=known[0],
            required=True,
            key="fold",
            format_func=_named,
            label_visibility="collapsed",
            bind="query-params",
        )
    )


def _named(fold: int) -> str:
    return f"Fold {fold}"
