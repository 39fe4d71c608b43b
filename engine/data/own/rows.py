"""Which rows of a table are used: not those without a target, nor what the settings leave out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.data.own.roles import Roles, labels_of
from engine.data.own.stored import Stored, Values
from engine.data.raw import Labels

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable


@dataclass(frozen=True)
class Kept:
    """`rows`: numbers of the rows that are used; `targets`: of all rows of the table."""

    rows: Labels
    targets: Labels | Values
    left_out: tuple[tuple[str, int], ...]
    """why rows were left out, and how many"""


def kept_rows(data: OwnTable, table: Stored, roles: Roles) -> Kept:
    """Looks at the target and, where the settings ask for it, at every column that is used."""
    targets, known = _targets(data, table, roles)
    rows = np.flatnonzero(known)
    steps: dict[str, Callable[[Labels], Labels]] = {
        f"without {roles.target.name}": lambda rows: rows,
        f"without {data.time}": lambda rows: rows[~absent(table, data.time)[rows]],
        "with a missing value": lambda rows: _whole(table, roles, rows),
        "twice": lambda rows: table.same_rows(
            [roles.target.name, *(each.name for each in roles.inputs)], rows, data.wording
        ),
    }
    asked = (True, bool(data.time), _drops(data), data.drop_duplicates)
    left, before = [], table.facts.rows
    for (why, step), wanted in zip(steps.items(), asked, strict=True):
        if wanted:
            rows = step(rows)
            left.append((why, before - len(rows)))
            before = len(rows)
    return Kept(rows, targets, tuple((why, count) for why, count in left if count))


def absent(table: Stored, name: str) -> NDArray[np.bool_]:
    """Whether each row lacks a value in this column."""
    column = table.find(name)
    if column is not None and column.kind == "text":
        return table.missing(name)
    if column is not None and column.kind == "date":
        return np.isnat(table.dates(name))
    return np.isnan(table.numbers(name))


def _drops(data: OwnTable) -> bool:
    # A text is no value to fill up: without one there is nothing to read.
    return data.missing == "drop" or bool(data.text)


def _targets(
    data: OwnTable, table: Stored, roles: Roles
) -> tuple[Labels | Values, NDArray[np.bool_]]:
    if roles.task == "classification":
        labels = labels_of(table, roles.target, roles.classes, data.wording)
        return labels, labels >= 0
    values = table.numbers(roles.target.name)
    return values, ~np.isnan(values)


def _whole(table: Stored, roles: Roles, rows: Labels) -> Labels:
    for column in roles.inputs:
        if column.missing or column.kind == "number":
            rows = rows[~absent(table, column.name)[rows]]
    return rows
