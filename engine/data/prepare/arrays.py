"""Numbers: tables, images, series. Limit, split, scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.divide import drawn
from engine.data.prepared import Features, Part, Prepared, TargetScale
from engine.data.raw import Arrays, Floats, Labels

if TYPE_CHECKING:
    from engine.data.builtin import Builtin


def prepare_arrays(data: Builtin, arrays: Arrays) -> Prepared:
    """Limits, divides and scales. Scales are measured on the training part alone."""
    rows = drawn(len(arrays.targets), data.limit, data.split.seed)
    if data.limit:
        arrays = _only(arrays, rows)
    labels = strata(data, arrays.targets)
    places = data.divide(rows, labels)
    parts = {name: _only(arrays, chosen) for name, chosen in places.items()}
    shift, factor = _input_scale(data, parts["train"].inputs)
    features = _features(data, parts["train"].inputs, shift, factor)
    target = _target_scale(data, parts["train"].targets)
    return Prepared(
        card=data.card,
        parts={
            name: _scaled(part, rows[places[name]], shift, factor, target)
            for name, part in parts.items()
        },
        target=target,
        names=arrays.feature_names,
        features=features,
    )


def strata(data: Builtin, targets: Labels | Floats) -> Labels | None:
    """The labels to divide by, or None where the split is not stratified or targets are numbers."""
    if data.card.task == "regression" or not data.split.stratified:
        return None
    return targets.astype(np.int64)


def _only(arrays: Arrays, places: Labels) -> Arrays:
    return Arrays(arrays.inputs[places], arrays.targets[places], arrays.feature_names)


def _input_scale(data: Builtin, train: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift and divisor, one per feature; for images one for all pixels, which are alike."""
    axes = {"image": None, "series": (0, 1)}.get(data.card.modality, 0)
    if data.scaling == "standard":
        shift = train.mean(axis=axes, dtype=np.float64)
        factor = train.std(axis=axes, dtype=np.float64)
    elif data.scaling == "minmax":
        shift = train.min(axis=axes).astype(np.float64)
        factor = train.max(axis=axes).astype(np.float64) - shift
    else:
        shift, factor = np.zeros(()), np.ones(())
    # A feature that never changes in the training part says nothing; it must not become infinite.
    return np.asarray(shift), np.where(factor == 0, 1.0, factor)


def _features(
    data: Builtin, train: Floats, shift: NDArray[np.float64], factor: NDArray[np.float64]
) -> Features | None:
    """None for images: their features are pixels."""
    if data.card.modality == "image":
        return None
    wide = (train.shape[-1],)
    columns = [train[..., place] for place in range(train.shape[-1])]
    return Features(
        shift=np.broadcast_to(shift, wide),
        factor=np.broadcast_to(factor, wide),
        quantities=~np.array([two_valued(column) for column in columns]),
    )


def two_valued(values: NDArray[Any]) -> bool:
    """Whether there are at most two different ones: a truth and no quantity. NaN is none."""
    low, high = np.nanmin(values), np.nanmax(values)
    return bool(((values == low) | (values == high) | np.isnan(values)).all())


def _target_scale(data: Builtin, train: Labels | Floats) -> TargetScale:
    if not data.scales_targets():
        return TargetScale()
    deviation = float(train.std(dtype=np.float64))
    return TargetScale(float(train.mean(dtype=np.float64)), deviation or 1.0)


def _scaled(
    part: Arrays,
    places: Labels,
    shift: NDArray[np.float64],
    factor: NDArray[np.float64],
    target: TargetScale,
) -> Part:
    # In float32 and in place: a part is a copy already, and photographs are large.
    inputs = part.inputs
    inputs -= shift.astype(np.float32)
    inputs /= factor.astype(np.float32)
    if part.targets.dtype == np.int64:
        return Part((inputs,), part.targets, places)
    values = part.targets.astype(np.float32) - np.float32(target.mean)
    targets = np.divide(values, np.float32(target.deviation), dtype=np.float32)
    return Part((inputs,), targets, places)
