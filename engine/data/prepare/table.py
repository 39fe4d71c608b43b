"""A table of one's own: rows, parts, and each column as numbers, or one text as tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.data.divide import drawn
from engine.data.own.encode import Encoded, Numbers, fit
from engine.data.own.roles import Roles
from engine.data.own.rows import Kept, kept_rows
from engine.data.own.stored import Stored, Values
from engine.data.own.told import Made, told
from engine.data.prepare.texts import prepare_labelled
from engine.data.prepared import Features, Part, Prepared, TargetScale
from engine.data.raw import Floats, Labels, Texts
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from engine.data.own_table import OwnTable
    from engine.data.tokens import Vocabulary

_AT_ONCE = 65_536
"""rows that are encoded together: a hundred categories of all rows would not fit in memory"""


def prepare_table(
    data: OwnTable, table: Stored, roles: Roles, vocabulary: Vocabulary | None
) -> Prepared:
    """Raises:
    SettingsError: what the settings leave of the table cannot be trained on.
    """
    kept = kept_rows(data, table, roles)
    rows = kept.rows[drawn(len(kept.rows), data.limit, data.split.seed)]
    classified = roles.task == "classification"
    labels = kept.targets[rows].astype(np.int64) if classified else None
    places = {
        name: rows[some]
        for name, some in data.divide(rows, labels if data.split.stratified else None).items()
    }
    _check(data, kept, places, classified)
    if data.text:
        return _texts(data, table, kept, places, vocabulary)
    fitted, empty = _fitted(data, table, roles, places["train"])
    target = _target_scale(data, kept.targets[places["train"]], classified)
    names = tuple(name for _, column in fitted for name in column.features)
    parts = {
        name: Part((_encoded(fitted, some),), _targets(kept, some, target), some)
        for name, some in places.items()
    }
    _check_finite(parts)
    return Prepared(
        card=replace(data.card, samples=len(rows), shape=(len(names),)),
        parts=parts,
        target=target,
        names=names,
        features=_features(fitted),
        told=told(data, Made(table, roles, kept, places, dict(fitted), empty)),
    )


def _check(data: OwnTable, kept: Kept, places: Mapping[str, Labels], classified: bool) -> None:
    """What only the rows themselves can tell."""
    shares = {"validation": data.split.validation, "test": data.split.test_share, "train": 1.0}
    for name, share in shares.items():
        if share and not len(places[name]):
            reasons = ", ".join(f"{count:,} {why}" for why, count in kept.left_out)
            left = f"; left out: {reasons}" if reasons else ""
            raise SettingsError([Problem("data.split", f"the {name} part has no rows{left}")])
    if classified and len(np.unique(kept.targets[places["train"]])) < 2:
        message = (
            f"in the training part {data.target} is the same in every row, so there is nothing to "
            "tell apart; divide in another way, or use more rows"
        )
        raise SettingsError([Problem("data.split", message)])


def _fitted(
    data: OwnTable, table: Stored, roles: Roles, train: Labels
) -> tuple[list[tuple[str, Encoded]], list[str]]:
    """Each column with what was measured for it, and those without a value in the training part."""
    fitted, empty = [], []
    for column in roles.inputs:
        found = fit(data, table, column, train)
        if found is None:
            empty.append(column.name)
        else:
            fitted.append((column.name, found))
    if not fitted:
        message = "no column has a value in the training part; nothing is left to learn from"
        raise SettingsError([Problem("data.features", message)])
    return fitted, empty


def _encoded(fitted: Sequence[tuple[str, Encoded]], places: Labels) -> Floats:
    """Float32 `(rows, features)`, column by column."""
    wide = sum(len(column.features) for _, column in fitted)
    found = np.empty((len(places), wide), dtype=np.float32)
    for first in range(0, len(places), _AT_ONCE):
        some, begin = places[first : first + _AT_ONCE], 0
        for _, column in fitted:
            end = begin + len(column.features)
            with np.errstate(over="ignore"):
                found[first : first + len(some), begin:end] = column.rows(some)
            begin = end
    return found


def _features(fitted: Sequence[tuple[str, Encoded]]) -> Features:
    """Which features are quantities, and their scales."""
    wide = sum(len(column.features) for _, column in fitted)
    found = Features(np.zeros(wide), np.ones(wide), np.zeros(wide, dtype=np.bool_))
    place = 0
    for _, column in fitted:
        if isinstance(column, Numbers) and column.quantity:
            found.shift[place] = column.scale.shift[0]
            found.factor[place] = column.scale.factor[0]
            found.quantities[place] = True
        place += len(column.features)
    return found


def _check_finite(parts: Mapping[str, Part]) -> None:
    for part in parts.values():
        if not (np.isfinite(part.inputs[0]).all() and np.isfinite(part.targets).all()):
            message = (
                "some numbers are too large for the 32 bits that models count in (3e38); scale "
                "them, or leave their column out"
            )
            raise SettingsError([Problem("data.features", message)])


def _target_scale(data: OwnTable, train: Labels | Values, classified: bool) -> TargetScale:
    if classified or data.target_scaling == "none":
        return TargetScale()
    values = train.astype(np.float32)
    deviation = float(values.std(dtype=np.float64))
    return TargetScale(float(values.mean(dtype=np.float64)), deviation or 1.0)


def _targets(kept: Kept, places: Labels, target: TargetScale) -> Labels | Floats:
    found = kept.targets[places]
    if found.dtype == np.int64:
        labels: Labels = found.astype(np.int64)
        return labels
    values = found.astype(np.float32) - np.float32(target.mean)
    scaled: Floats = np.divide(values, np.float32(target.deviation), dtype=np.float32)
    return scaled


def _texts(
    data: OwnTable,
    table: Stored,
    kept: Kept,
    places: Mapping[str, Labels],
    vocabulary: Vocabulary | None,
) -> Prepared:
    """The one text of each row; rows without it have been left out."""
    texts = tuple(text or "" for text in table.texts(data.text, data.wording))
    raw = Texts(texts, kept.targets.astype(np.int64))
    prepared = prepare_labelled(data, raw, dict(places), vocabulary)
    rows = sum(len(some) for some in places.values())
    return replace(
        prepared,
        card=replace(prepared.card, samples=rows),
        told=told(data, Made(table, data.roles(table), kept, places)),
    )
