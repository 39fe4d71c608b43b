"""How many numbers a row becomes, as far as it can be told before the training part is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.own.roles import WAYS, Roles
from engine.data.tables import Column

if TYPE_CHECKING:
    from engine.data.own.choices import Preparation


def width(data: Preparation, roles: Roles) -> int:
    """Features of a row when the training part has seen every text of the table; at least one."""
    return max(1, sum(_width(data, column) for column in roles.inputs))


def _width(data: Preparation, column: Column) -> int:
    way = WAYS[column.kind]
    marked = bool(column.missing) and data.missing_indicator
    if way == "number":
        return 1 + marked
    if way == "date":
        return len(data.dates.parts) + marked
    own = bool(column.missing) and data.missing not in ("mode", "drop")
    marked = marked and data.missing == "mode"
    if data.categories == "ordinal":
        return 1 + marked
    return min((column.distinct or 0) + own, data.most_categories) + marked
