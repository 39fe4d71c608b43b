"""What each column of a table is for: target, features, or left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.data.own.stored import Stored, Wording
from engine.data.raw import Labels
from engine.data.tables import Column

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable

Way = Literal["number", "category", "date"]
WAYS: dict[str, Way] = {
    "integer": "number",
    "number": "number",
    "boolean": "number",
    "text": "category",
    "date": "date",
}
FEW = 20
"""different whole numbers up to which a target is taken for a class"""
MOST_CLASSES = 1000
MOST_CATEGORIES = 1000
"""different texts above which a column is no category: it is prose, names or ids"""


@dataclass(frozen=True)
class Roles:
    """`classes` and `counts` in label order; empty where a number is predicted."""

    task: Literal["classification", "regression"]
    why: str
    """why this task, in words"""
    target: Column
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    inputs: tuple[Column, ...]
    left_out: tuple[tuple[str, str], ...]
    """names of the other columns, each with the reason"""

    @property
    def labelled(self) -> int | None:
        """Rows whose class is known; None where a number is predicted."""
        return sum(self.counts) if self.classes else None


@lru_cache(maxsize=32)
def roles_of(data: OwnTable, table: Stored) -> Roles | None:
    """None where the settings name no target of this table."""
    target = table.find(data.target)
    if target is None:
        return None
    task, why = _task(data, target, table.facts.rows)
    counted = class_counts(table, target, data.wording) if task == "classification" else ()
    inputs, left_out = _inputs(data, table)
    return Roles(
        task=task,
        why=why,
        target=target,
        classes=tuple(name for name, _ in counted),
        counts=tuple(count for _, count in counted),
        inputs=inputs,
        left_out=left_out,
    )


def _task(
    data: OwnTable, target: Column, rows: int
) -> tuple[Literal["classification", "regression"], str]:
    if data.task != "auto":
        return data.task, "as chosen"
    if target.kind in ("text", "boolean"):
        return "classification", f"{target.name} is {_KINDS[target.kind]}"
    if target.kind != "integer":
        return "regression", f"{target.name} is {_KINDS[target.kind]}"
    few = target.distinct is not None and target.distinct <= min(FEW, rows // 2)
    number = "many" if target.distinct is None else f"{target.distinct:,}"
    return (
        "classification" if few else "regression",
        f"{target.name} has {number} different whole numbers",
    )


_KINDS = {"text": "text", "boolean": "true or false", "number": "a number", "date": "a date"}


@lru_cache(maxsize=32)
def class_counts(table: Stored, target: Column, wording: Wording) -> tuple[tuple[str, int], ...]:
    """Each class with its rows, in order; none where there are too many to be classes.

    The whole column is read: 0.05 s for a million rows, once a process.
    """
    if target.distinct is None or target.distinct > MOST_CLASSES or target.kind == "date":
        return ()
    if target.kind == "text":
        found = table.codes(target.name, wording)
        counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names))
        pairs = zip(found.names, counts.tolist(), strict=True)
        return tuple(sorted((name, count) for name, count in pairs if name))
    values = table.numbers(target.name)
    # By size, and so false before true.
    different, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    names = [_spoken(value, target) for value in different.tolist()]
    return tuple(zip(names, counts.tolist(), strict=True))


def labels_of(table: Stored, target: Column, names: Sequence[str], wording: Wording) -> Labels:
    """The class of each row, int64 `(rows,)`; -1 where there is none: an empty text is no class."""
    if target.kind == "text":
        found = table.codes(target.name, wording)
        number = {name: place for place, name in enumerate(names)}
        lookup = np.array([*(number.get(name, -1) for name in found.names), -1], dtype=np.int64)
        return lookup[found.codes]
    values = table.numbers(target.name)
    known = ~np.isnan(values)
    labels = np.full(len(values), -1, dtype=np.int64)
    labels[known] = np.unique(values[known], return_inverse=True)[1]
    return labels


def _spoken(value: float, target: Column) -> str:
    if target.kind == "boolean":
        return "true" if value else "false"
    return str(int(value)) if value == int(value) else str(value)


def _inputs(
    data: OwnTable, table: Stored
) -> tuple[tuple[Column, ...], tuple[tuple[str, str], ...]]:
    """The columns to learn from in the order of the table, and the others with the reason."""
    used, left = [], []
    for column in table.facts.columns:
        if column.name == data.target:
            continue
        reason = _unused(data, column, table.facts.rows)
        if reason:
            left.append((column.name, reason))
        else:
            used.append(column)
    return tuple(used), tuple(left)


def _unused(data: OwnTable, column: Column, rows: int) -> str:
    """Why a column is not learned from; empty where it is."""
    if data.text:
        return "" if column.name == data.text else "the text alone is read"
    if data.features:
        return "" if column.name in data.features else "not chosen"
    if column.name in (data.group, data.time):
        return "it divides the rows"
    return unusable(data, column, rows)


def unusable(data: OwnTable, column: Column, rows: int) -> str:
    """What speaks against a column that nobody has named; empty where nothing does."""
    if column.distinct == 0:
        return "it is empty"
    if column.distinct == 1 and not column.missing:
        return "it never changes"
    alike = max(FEW, (rows - column.missing) // 2)
    if WAYS[column.kind] == "category" and (too_many(column) or (column.distinct or 0) > alike):
        return f"{_different(column)} different texts"
    if column.kind == "date" and not data.dates.parts:
        return "a date, and no part of it is chosen"
    return ""


def too_many(column: Column) -> bool:
    """Whether it has more different values than a category may."""
    return column.distinct is None or column.distinct > MOST_CATEGORIES


def _different(column: Column) -> str:
    return "more than 100,000" if column.distinct is None else f"{column.distinct:,}"
