"""Plotly figures of an evaluation, two side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st
from plotly.graph_objects import Figure

from dashboard.panels.evaluation.figures import confusion, curves, values
from engine.events import Evaluation

_STILL = {"displayModeBar": False}


def any_of(shown: Evaluation) -> bool:
    """Whether there is something to draw."""
    return bool(shown.confusion or shown.roc or shown.precision_recall or shown.targets)


def draw(shown: Evaluation, classes: Sequence[str]) -> None:
    """Where it errs, then how well it separates or fits."""
    dark = st.context.theme.type == "dark"
    found = list(_figures(shown, classes, dark=dark))
    for start in range(0, len(found), 2):
        pair = found[start : start + 2]
        for column, (name, figure) in zip(st.columns(2, gap="medium"), pair, strict=False):
            with column:
                st.plotly_chart(figure, key=f"figure.{name}", config=_STILL, alt=name)


def _figures(
    shown: Evaluation, classes: Sequence[str], *, dark: bool
) -> Iterator[tuple[str, Figure]]:
    if shown.confusion:
        yield "Confusion matrix", confusion.confusion(shown.confusion, classes, dark=dark)
    if shown.roc:
        yield "ROC curves", curves.roc(shown.roc, len(classes))
    if shown.precision_recall:
        yield "Precision and recall", curves.precision_recall(shown.precision_recall, len(classes))
    if shown.calibration:
        yield "Calibration", curves.calibration(shown.calibration)
    if shown.targets:
        yield "Predicted against true", values.fit(shown.targets, shown.predictions)
        yield "Residuals", values.residuals(shown.targets, shown.predictions)
