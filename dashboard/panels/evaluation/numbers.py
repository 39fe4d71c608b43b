"""The metrics as a table: the test with its intervals, a baseline, the best and last validation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import metric, metric_name, plain
from engine.config import Training
from engine.events import Evaluation
from engine.loop.best import RISING, cost, spoken


@dataclass(frozen=True)
class Column:
    """One column of the table: metrics by name, and the ends of their intervals."""

    title: str
    metrics: Mapping[str, float]
    intervals: Mapping[str, list[float]] = field(default_factory=dict)
    strong: bool = False


def draw(found: Sequence[Evaluation], training: Training) -> None:
    """All evaluations of the run, oldest first."""
    columns = _columns(found, training)
    names = dict.fromkeys(name for column in columns for name in column.metrics)
    if all(_twice(column.metrics) for column in columns):
        names.pop("mse", None)
    table(
        ["Metric", *(column.title for column in columns)],
        [[metric_name(name), *(_cell(column, name) for column in columns)] for name in names],
    )
    st.caption(plain(_legend(columns, training.best_by)))


def _twice(metrics: Mapping[str, float]) -> bool:
    """Whether the squared error is the loss, under its other name."""
    loss = metrics.get("loss", metrics.get("mse", 0.0))
    return math.isclose(metrics.get("mse", 0.0), loss, rel_tol=1e-3)


def _columns(found: Sequence[Evaluation], training: Training) -> list[Column]:
    """Whoever has no value anywhere has no column."""
    by_steps = training.evaluate_steps is not None
    validation = [each for each in found if each.split == "validation"]
    test = next((each for each in reversed(found) if each.split == "test"), None)
    columns = [Column("Test", test.metrics, test.intervals, strong=True)] if test else []
    compared = test or (validation[-1] if validation else None)
    if compared and compared.baseline:
        columns.append(Column(compared.baseline_name or "Baseline", compared.baseline))
    if validation:
        best = min(validation, key=lambda each: cost(training.best_by, each.metrics))
        columns.append(Column(f"Best {_moment(best, by_steps)}", best.metrics))
        last = validation[-1]
        if last.step > best.step:
            columns.append(Column(f"Last {_moment(last, by_steps)}", last.metrics))
    return columns


def _moment(evaluation: Evaluation, by_steps: bool) -> str:
    step = evaluation.step - evaluation.fold_begin
    return f"(step {step:,})" if by_steps else f"epoch ({evaluation.epoch})"


def _cell(column: Column, name: str) -> Content:
    ends = column.intervals.get(name)
    between = " to ".join(metric(end, 3) for end in ends) if ends else ""
    value = metric(column.metrics.get(name))
    return Cell(value, number=True, strong=column.strong, note=between)


def _legend(columns: Sequence[Column], judge: str) -> str:
    """What the columns are, for those that are there."""
    parts = []
    if any(column.intervals for column in columns):
        parts.append("Small: 95 % confidence interval, by bootstrap over the test samples.")
    if any(column.title.startswith("Best") for column in columns):
        end = "highest" if judge in RISING else "lowest"
        parts.append(f"Best is the {end} validation {spoken(judge)}.")
    return " ".join(parts)
