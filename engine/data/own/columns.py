"""What is wrong with the columns of a table: the target, and those that are learned from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engine.data.own.roles import MOST_CLASSES, WAYS, Roles, too_many
from engine.data.own.stored import Stored
from engine.data.tables import Column
from engine.problem import Problem

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable

_NAMED = 10


def listed(names: Sequence[str], most: int = _NAMED) -> str:
    """A few names, and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def target_problems(data: OwnTable, roles: Roles) -> Iterator[Problem]:
    target = roles.target
    if target.kind == "date":
        yield Problem("data.target", f"{target.name} is a date, which no model predicts")
    elif roles.task == "regression":
        yield from _number(data, target)
    elif not roles.classes:
        many = target.distinct is None or target.distinct > MOST_CLASSES
        empty = f"{target.name} is empty; choose another column"
        yield Problem("data.target", _many_classes(target) if many else empty)
    elif len(roles.classes) == 1:
        yield Problem(
            "data.target",
            f"{target.name} is {roles.classes[0]} in every row, so there is nothing to tell apart; "
            "choose another column",
        )
    else:
        yield from _rare_classes(roles)


def _number(data: OwnTable, target: Column) -> Iterator[Problem]:
    if target.kind == "text":
        yield Problem(
            "data.task",
            f"{target.name} is text, and regression predicts a number; choose classification, or "
            "another target",
        )
    elif data.text:
        yield Problem(
            "data.text",
            f"from a text a class is predicted, and {target.name} is a number; choose another "
            "target, or columns to learn from",
        )


def _many_classes(target: Column) -> str:
    number = "more than 100,000" if target.distinct is None else f"{target.distinct:,}"
    remedy = "another column" if target.kind == "text" else "regression, or another column"
    return (
        f"{target.name} has {number} different values, and classes may be {MOST_CLASSES:,} at "
        f"most; choose {remedy}"
    )


def _rare_classes(roles: Roles) -> Iterator[Problem]:
    rare = [
        name or '""' for name, count in zip(roles.classes, roles.counts, strict=True) if count < 2
    ]
    if rare:
        have = "has only one row" if len(rare) == 1 else "have only one row each"
        yield Problem(
            "data.target",
            f"of {roles.target.name} {listed(rare, 3)} {have}, and a class needs at least 2, one "
            "to learn from and one to check with; join them with others, or leave these rows out",
        )


def input_problems(data: OwnTable, table: Stored, roles: Roles) -> Iterator[Problem]:
    if data.text:
        column = table.find(data.text)
        if column is not None and column.kind != "text":
            yield Problem("data.text", f"{data.text} is no text; name it among the features")
        return
    for column in roles.inputs:
        if WAYS[column.kind] == "category" and too_many(column):
            yield Problem(
                "data.features",
                f"{column.name} has {_many(column)} different texts, too many for categories; name "
                "it in data.text to read it as text, or leave it out",
            )
        if column.kind == "date" and not data.dates.parts:
            yield Problem(
                "data.features",
                f"{column.name} is a date, and no part of it is read; choose one, or leave it out",
            )
    if not roles.inputs:
        yield Problem("data.features", _nothing_left(roles))


def _nothing_left(roles: Roles) -> str:
    reasons = [f"{name} ({why})" for name, why in roles.left_out]
    if not reasons:
        return "the table has the target alone; nothing is left to learn from"
    texts = any(why.endswith("different texts") for _, why in roles.left_out)
    remedy = "; name a text in data.text to learn from it" if texts else ""
    return f"no column is left to learn from: {listed(reasons, 4)}{remedy}"


def _many(column: Column) -> str:
    return "more than 100,000" if column.distinct is None else f"{column.distinct:,}"
