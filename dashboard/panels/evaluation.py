"""What was measured on the validation and test parts: numbers, confusion, ROC, regression."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from plotly.graph_objects import Figure

from dashboard.panels import figures
from dashboard.table import Cell, table
from dashboard.text import measure, metric
from engine.events import Evaluation, Started
from jobs.history import Record
from jobs.run import Run

_STILL = {"displayModeBar": False}


def draw(run: Run, records: Sequence[Record], newest: Sequence[Evaluation]) -> None:
    """`records`: the run's `evaluation` and `started` events, oldest first; `newest`: whole."""
    found = [Evaluation.model_validate(r.body) for r in records if r.kind == "evaluation"]
    if not found:
        st.caption(_why_nothing(run))
        return
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        part = _choose_part(newest)
        _numbers(found)
    with right:
        _pictures(part, _classes(records))


def _why_nothing(run: Run) -> str:
    if run.over:
        return "Nothing was measured: the run ended before its first epoch was over."
    return "Nothing measured yet: the first numbers come after the first epoch."


def _classes(records: Sequence[Record]) -> list[str]:
    started = [Started.model_validate(r.body) for r in records if r.kind == "started"]
    return list(started[-1].classes) if started else []


def _numbers(found: Sequence[Evaluation]) -> None:
    """Last and best validation, and the test: one row a metric."""
    validation = [each for each in found if each.split == "validation"]
    test = next((each for each in reversed(found) if each.split == "test"), None)
    parts = [("Test", test.metrics)] if test else []
    if validation:
        best = min(validation, key=lambda each: _comparable(each.metrics.get("loss")))
        parts.append((f"Best epoch ({best.epoch})", best.metrics))
        parts.append((f"Last epoch ({validation[-1].epoch})", validation[-1].metrics))
    names = dict.fromkeys(name for _, metrics in parts for name in metrics)
    table(
        ["Metric", *(title for title, _ in parts)],
        [
            [
                metric_name(name),
                *(
                    Cell(metric(metrics.get(name)), number=True, strong=title == "Test")
                    for title, metrics in parts
                ),
            ]
            for name in names
        ],
    )
    st.caption("The best epoch is the one with the lowest validation loss.")


def _comparable(loss: float | None) -> float:
    return float("inf") if loss is None or loss != loss else loss


def metric_name(name: str) -> str:
    """`roc_auc` as people write it, with a capital in front: ROC AUC."""
    text = measure(name)
    return text[:1].upper() + text[1:]


def _choose_part(newest: Sequence[Evaluation]) -> Evaluation:
    """The test where there is one, else the last validation; the choice is in the URL."""
    last: dict[str, Evaluation] = {each.split: each for each in newest}
    splits = [split for split in ("test", "validation") if split in last]
    if len(splits) == 1:
        return last[splits[0]]
    chosen = st.segmented_control(
        "Part",
        splits,
        default=splits[0],
        required=True,
        key="part",
        format_func=str.capitalize,
        label_visibility="collapsed",
        bind="query-params",
    )
    return last[chosen]


def _pictures(evaluation: Evaluation, classes: Sequence[str]) -> None:
    """Two side by side: where it errs, and how well it separates or fits."""
    left, right = st.columns(2, gap="medium")
    dark = st.context.theme.type == "dark"
    with left:
        if evaluation.confusion:
            _still(figures.confusion(evaluation.confusion, classes, dark=dark), "Confusion matrix")
        if evaluation.targets:
            fit = figures.regression(evaluation.targets, evaluation.predictions)
            _still(fit, "Predicted against true")
    with right:
        if evaluation.roc:
            _still(figures.roc(evaluation.roc), "ROC curves")
        if evaluation.targets:
            _still(figures.residuals(evaluation.targets, evaluation.predictions), "Residuals")


def _still(figure: Figure, name: str) -> None:
    st.plotly_chart(figure, key=f"figure.{name}", config=_STILL, alt=name)
