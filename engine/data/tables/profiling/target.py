"""What the columns say about the target: its classes, what goes with it, what gives it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from engine.data.tables.profiling.associate import associate
from engine.data.tables.profiling.cells import Table
from engine.data.tables.profiling.columns import most_frequent
from engine.data.tables.profiling.leaks import leak
from engine.data.tables.profiling.report import Association, ColumnProfile, Leak, TargetProfile
from engine.data.tables.profiling.sides import Side, side_of

FEW = 20
"""different whole numbers up to which a target is taken for a class"""
MOST_CLASSES = 100
COMPARED = 200_000
"""rows, drawn from all with the same seed each time, on which columns and target are compared"""
IMBALANCED = 10
"""times as many rows as the rarest class has, from which on the largest one is worth a word"""

Task = Literal["classification", "regression"]


def target_profile(
    table: Table, columns: Sequence[ColumnProfile], target: ColumnProfile
) -> TargetProfile:
    """The target beside every other column."""
    task = task_of(target, table.rows)
    rows = _drawn(table, target.name)
    associations, leaks = _compared(table, columns, target, task, rows)
    classes = most_frequent(table, target.name, MOST_CLASSES) if task == "classification" else []
    found = TargetProfile(
        column=target.name,
        task=task,
        classes=classes,
        notes=[],
        compared_rows=len(rows),
        associations=sorted(associations, key=lambda each: (-abs(each.value), each.column)),
        leaks=leaks,
    )
    return found.model_copy(update={"notes": _notes(found, target)})


def task_of(target: ColumnProfile, rows: int) -> Task:
    """What `task=auto` of a training takes the target for."""
    few = target.kind == "integer" and target.distinct <= min(FEW, rows // 2)
    return "classification" if target.kind in ("text", "boolean") or few else "regression"


def _drawn(table: Table, target: str) -> Any:
    """Numbers of rows that have a target, in order; all of them, or so many drawn from all."""
    found, start = [], 0
    for cells in table.cells(target):
        # uint32: a table of the largest size that is taken has fewer rows, and half the memory.
        found.append((np.flatnonzero(np.asarray(cells.is_valid())) + start).astype(np.uint32))
        start += len(cells)
    rows = np.concatenate([np.zeros(0, dtype=np.uint32), *found])
    if len(rows) > COMPARED:
        rows = rows[np.random.default_rng(0).choice(len(rows), COMPARED, replace=False)]
    return np.sort(rows).astype(np.int64)


def _compared(
    table: Table,
    columns: Sequence[ColumnProfile],
    target: ColumnProfile,
    task: Task,
    rows: Any,
) -> tuple[list[Association], list[Leak]]:
    wanted = _side(table, target, rows, category=task == "classification")
    associations, leaks = [], []
    for column in columns:
        if column.name == target.name or column.constant:
            continue
        side = _side(table, column, rows, category=column.kind in ("text", "boolean"))
        associations += associate(side, wanted)
        leaks += leak(side, wanted)
    return associations, leaks


def _side(table: Table, column: ColumnProfile, rows: Any, *, category: bool) -> Side:
    cells = table.chosen(column.name, rows)
    return side_of(column.name, cells, category=category)


def _notes(found: TargetProfile, target: ColumnProfile) -> list[str]:
    notes = []
    if target.missing:
        notes.append(f"{target.missing:,} rows have no target; nothing can be learned from them.")
    if found.task == "classification":
        notes += _class_notes(found, target)
    return notes


def _class_notes(found: TargetProfile, target: ColumnProfile) -> list[str]:
    if target.distinct < 2:
        return ["There is only one class: there is nothing to tell apart."]
    most, labelled = found.classes[0], sum(each.count for each in found.classes)
    notes = []
    single = sum(each.count == 1 for each in found.classes)
    if target.distinct <= MOST_CLASSES and most.count >= IMBALANCED * found.classes[-1].count:
        share = most.count / labelled
        notes.append(
            f'The class "{most.value}" has {100 * share:.1f} % of the rows, '
            f'"{found.classes[-1].value}" has {found.classes[-1].count:,}: '
            "look at F1 and at each class rather than at the accuracy, or weigh the classes in the "
            "loss."
        )
    if single:
        notes.append(
            f"{single:,} {'class has' if single == 1 else 'classes have'} a single row, which "
            "cannot be learned and tested both."
        )
    if target.distinct > MOST_CLASSES:
        notes.append(
            f"There are {target.distinct:,} classes; the {MOST_CLASSES} most frequent are listed."
        )
    return notes
