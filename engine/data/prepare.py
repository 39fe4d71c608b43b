"""From a data set's settings to the arrays of each part: limit, split, scaling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.builtin import Builtin
from engine.data.card import Arrays, Card
from engine.data.divide import divide, drawn

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """One part: `inputs` float32 `(samples, *shape)`, scaled; `targets` int64 or float32."""

    inputs: Floats
    targets: NDArray[np.int64] | Floats

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class TargetScale:
    """Original target = scaled target x `deviation` + `mean`; 1 and 0 for classes."""

    mean: float = 0.0
    deviation: float = 1.0


@dataclass(frozen=True)
class Prepared:
    """A data set ready to train on. `parts`: `train`, and `validation` and `test` if asked for."""

    card: Card
    parts: dict[str, Part]
    target: TargetScale

    @property
    def samples(self) -> dict[str, int]:
        """Number of samples in each part."""
        return {name: len(part) for name, part in self.parts.items()}


def prepare(data: Builtin) -> Prepared:
    """Loads, limits, divides and scales. Scales are measured on the training part alone."""
    arrays = data.load()
    arrays = _only(arrays, drawn(len(arrays.targets), data.limit, data.split.seed))
    parts = {
        name: _only(arrays, places)
        for name, places in divide(
            data.split, len(arrays.targets), strata(data, arrays.targets)
        ).items()
    }
    shift, factor = _input_scale(data, parts["train"].inputs)
    target = _target_scale(data, parts["train"].targets)
    return Prepared(
        card=data.card,
        parts={name: _scaled(part, shift, factor, target) for name, part in parts.items()},
        target=target,
    )


def strata(data: Builtin, targets: NDArray[np.int64] | Floats) -> NDArray[np.int64] | None:
    """The labels to divide by, or None where the split is not stratified or targets are numbers."""
    if data.card.task == "regression" or not data.split.stratified:
        return None
    return targets.astype(np.int64)


def _only(arrays: Arrays, places: NDArray[np.int64]) -> Arrays:
    return Arrays(arrays.inputs[places], arrays.targets[places])


def _input_scale(data: Builtin, train: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift and divisor, one per feature; for images one for all pixels, which are alike."""
    axes = None if data.card.modality == "image" else 0
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


def _target_scale(data: Builtin, train: NDArray[np.int64] | Floats) -> TargetScale:
    if not data.scales_targets():
        return TargetScale()
    deviation = float(train.std(dtype=np.float64))
    return TargetScale(float(train.mean(dtype=np.float64)), deviation or 1.0)


def _scaled(
    part: Arrays, shift: NDArray[np.float64], factor: NDArray[np.float64], target: TargetScale
) -> Part:
    # In float32 and in place: the images would need 30 ms and twice the memory in float64.
    inputs = part.inputs - shift.astype(np.float32)
    inputs /= factor.astype(np.float32)
    if part.targets.dtype == np.int64:
        return Part(inputs, part.targets)
    values = part.targets.astype(np.float32) - np.float32(target.mean)
    return Part(inputs, np.divide(values, np.float32(target.deviation), dtype=np.float32))
