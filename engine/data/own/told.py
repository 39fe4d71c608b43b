"""What was done to a table, in words, for the people who trained on it: `value: reason`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.data.own.categories import OneHot, Ordinal
from engine.data.own.columns import listed
from engine.data.own.encode import Encoded, Numbers
from engine.data.own.roles import Roles
from engine.data.own.rows import Kept
from engine.data.own.stored import Stored
from engine.data.raw import Labels

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable

_NAMED = 12


@dataclass(frozen=True)
class Made:
    """What has become of a table: rows, parts, columns."""

    table: Stored
    roles: Roles
    kept: Kept
    places: Mapping[str, Labels]
    """row numbers of each part"""
    fitted: Mapping[str, Encoded] = field(default_factory=dict)
    """by column, what was measured for it"""
    empty: Sequence[str] = ()
    """columns without a value in the training part"""


def told(data: OwnTable, made: Made) -> dict[str, str]:
    """By name; what does not apply is left out."""
    found = {
        "task": f"{made.roles.task}: {made.roles.why}",
        "rows": _rows(made),
        "columns": _columns(data, made),
        "parts": _parts(data),
    }
    return {**found, **_measured(data, made.fitted)} if made.fitted else found


def _rows(made: Made) -> str:
    used = sum(len(some) for some in made.places.values())
    reasons = [f"{count:,} {why}" for why, count in made.kept.left_out]
    if used < len(made.kept.rows):
        reasons.append(f"{len(made.kept.rows) - used:,} by limit or division")
    left = f"left out: {', '.join(reasons)}" if reasons else "all of them"
    return f"{used:,} of {made.table.facts.rows:,}: {left}"


def _columns(data: OwnTable, made: Made) -> str:
    used = [column.name for column in made.roles.inputs if column.name not in made.empty]
    empty = [(name, "no value in the training part") for name in made.empty]
    left = [f"{name} ({why})" for name, why in (*made.roles.left_out, *empty)]
    all_of_them = len(made.table.facts.columns) - 1
    said = f"{len(used):,} of {all_of_them:,}: {listed(used, _NAMED)}"
    if data.text or not left:
        return said
    return f"{said}; left out: {listed(left, _NAMED)}"


def _parts(data: OwnTable) -> str:
    if data.group:
        return f"by group: rows with the same {data.group} stay together"
    if data.time:
        return f"by time: the latest {data.time} is tested with"
    if data.split.stratified and data.card.task == "classification":
        return "stratified: each part has the proportions of the classes"
    return "drawn: by the seed of the split"


def _measured(data: OwnTable, fitted: Mapping[str, Encoded]) -> dict[str, str]:
    """What was measured on the training part."""
    numbers = {name: each for name, each in fitted.items() if isinstance(each, Numbers)}
    texts = {name: each for name, each in fitted.items() if isinstance(each, OneHot | Ordinal)}
    filled = [f"{name} {float(each.fill[0]):.5g}" for name, each in numbers.items() if each.gaps]
    found = {"features": f"{sum(len(each.features) for each in fitted.values()):,}: of a row"}
    if filled and data.missing != "drop":
        found["missing"] = f"{data.missing}: {listed(filled, _NAMED)}"
    if said := data.augmentation.told():
        names = [name for name, each in numbers.items() if each.quantity]
        found["augmentation"] = f"{said}: {listed(names, _NAMED) or 'no column is a quantity'}"
    if texts:
        sizes = [f"{name} {each.categories:,}" for name, each in texts.items()]
        found["categories"] = f"{data.categories.replace('_', '-')}: {listed(sizes, _NAMED)}"
    if numbers:
        why = "as they are" if data.scaling == "none" else "measured on the training part"
        found["scaling"] = f"{data.scaling.replace('_', '-')}: {why}"
    return found
