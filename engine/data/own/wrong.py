"""What is wrong with the settings of a table, as sentences. Reads the target's column at most."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engine.data.own.columns import input_problems, listed, target_problems
from engine.data.own.division import time_sizes
from engine.data.own.places import DIGEST
from engine.data.own.roles import Roles, roles_of
from engine.data.own.stored import Stored, readable
from engine.data.reading import swap_problems
from engine.problem import Problem

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable

FEWEST_ROWS = 10
_HOW = "add one with ./trainyard data add FILE, then choose it here"


def table_problems(data: OwnTable) -> Iterator[Problem]:
    """Every reason, beginning with the table: without one nothing else can be said."""
    table = readable(data.table)
    if table is None:
        yield Problem("data.table", _no_table(data.table))
        return
    unknown = list(_unknown_columns(data, table))
    yield from unknown
    if unknown:
        return
    yield from _twice_used(data)
    yield from _augmentation(data)
    roles = roles_of(data, table)
    if roles is None:
        return
    wrong = list(target_problems(data, roles))
    yield from wrong
    yield from input_problems(data, table, roles)
    if not wrong:
        yield from _rows(data, roles)
    yield from _division(data, table)


def _no_table(name: str) -> str:
    if not name:
        return f"no table is chosen; {_HOW}"
    if not DIGEST.fullmatch(name):
        return f"{name} is no stored table; {_HOW}. A file can be named for python -m engine alone"
    return "the table was deleted, or is not on this machine; choose another"


def _unknown_columns(data: OwnTable, table: Stored) -> Iterator[Problem]:
    names = [column.name for column in table.facts.columns]
    if not data.target:
        yield Problem(
            "data.target", f"name the column that is to be predicted; there are {listed(names)}"
        )
    single = {"target": data.target, "text": data.text, "group": data.group, "time": data.time}
    for field, name in single.items():
        if name and name not in names:
            yield Problem(f"data.{field}", _nearest(name, names))
    for name in data.features:
        if name not in names:
            yield Problem("data.features", _nearest(name, names))


def _nearest(name: str, names: Sequence[str]) -> str:
    small = {each.lower(): each for each in reversed(names)}
    near = [small[each] for each in difflib.get_close_matches(name.lower(), list(small), 3, 0.6)]
    if near:
        return f"the table has no column {name}; did you mean {' or '.join(near)}?"
    return f"the table has no column {name}; there are {listed(names)}"


def _twice_used(data: OwnTable) -> Iterator[Problem]:
    if data.target in data.features:
        yield Problem(
            "data.features",
            f"{data.target} is the target: with it among the features there would be nothing to "
            "predict; take it out",
        )
    for field in ("text", "group", "time"):
        if getattr(data, field) == data.target:
            yield Problem(f"data.{field}", f"{data.target} is the target; choose another column")
    if data.text and data.features:
        yield Problem(
            "data.features",
            f"with a text the text alone is read ({data.text}); leave the features empty, or the "
            "text",
        )
    if data.group and data.time:
        yield Problem("data.time", "rows are divided by group or by time; choose one of the two")


def _augmentation(data: OwnTable) -> Iterator[Problem]:
    """Where a text is read the numbers are not, so that noise would be added to nothing."""
    if not data.text:
        return
    yield from swap_problems(data.tokens, data.token_swap)
    for field in ("noise", "dropout"):
        if getattr(data.augmentation, field):
            yield Problem(
                f"data.augmentation.{field}",
                f"with a text the text alone is read ({data.text}), and no number; use 0, or "
                "data.token_dropout",
            )


def _rows(data: OwnTable, roles: Roles) -> Iterator[Problem]:
    rows = data.card.samples
    if rows < FEWEST_ROWS:
        without = f" with a {roles.target.name}" if roles.target.missing else ""
        number = f"{rows} row" + ("" if rows == 1 else "s")
        yield Problem(
            "data.table",
            f"the table has {number}{without}, and at least {FEWEST_ROWS} are needed",
        )


def _division(data: OwnTable, table: Stored) -> Iterator[Problem]:
    time = table.find(data.time)
    if time is not None and time.kind not in ("date", "integer", "number"):
        yield Problem("data.time", f"{time.name} is no date and no number; choose another column")
    if data.time and data.split.folds and not time_sizes(data.split, data.card.samples)["test"]:
        yield Problem("data.split.folds", "there are more folds than rows; use fewer")
    group = table.find(data.group)
    if group is None or group.distinct is None:
        return
    groups = group.distinct + bool(group.missing)
    if data.split.folds and data.split.folds > groups:
        yield Problem(
            "data.split.folds",
            f"{group.name} has {groups} groups, and each fold needs one of its own; use at most "
            f"{groups} folds, or another column",
        )
        return
    sizes = data.split.sizes(groups)
    shares = {"validation": data.split.validation, "test": data.split.test_share, "train": 1.0}
    empty = [name for name, share in shares.items() if share and sizes[name] < 1]
    if empty:
        yield Problem(
            "data.group",
            f"{group.name} has {groups} groups, which leaves none for the {empty[0]} part; choose "
            "other shares, or another column",
        )
