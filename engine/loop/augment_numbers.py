"""Changes the numbers of tables and series by chance, on their device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.augmentation import SeriesAugmentation, TableAugmentation
from engine.data.prepared import Prepared
from engine.loop.parts import Augment, Inputs, unchanged


@dataclass(frozen=True)
class Spread:
    """Of each feature in the training part, as the model sees it; all `(features,)`."""

    means: Tensor
    deviations: Tensor
    """0 where a feature is no quantity"""
    quantities: Tensor
    """bool"""


def change_tables(prepared: Prepared, settings: TableAugmentation, device: torch.device) -> Augment:
    """What changes rows float32 `(batch, features)`."""
    if prepared.features is None or settings == TableAugmentation():
        return unchanged
    spread = _measured(prepared, prepared.features.quantities, device)

    def change(inputs: Inputs) -> Inputs:
        values = _noisy(inputs[0], settings.noise, spread)
        if settings.dropout:
            drawn = torch.rand(values.shape, device=values.device) < settings.dropout
            values = torch.where(drawn & spread.quantities, spread.means, values)
        return (values, *inputs[1:])

    return change


def change_series(
    prepared: Prepared, settings: SeriesAugmentation, device: torch.device
) -> Augment:
    """What changes series float32 `(batch, time, features)`."""
    if prepared.features is None or settings == SeriesAugmentation():
        return unchanged
    spread = _measured(prepared, prepared.features.quantities, device)

    def change(inputs: Inputs) -> Inputs:
        values = inputs[0]
        if settings.shift:
            values = _moved(values, settings.shift)
        if settings.scale:
            means = values.mean(1, keepdim=True)
            factors = torch.empty(len(values), 1, 1, device=values.device)
            values = means + (values - means) * factors.uniform_(
                1 - settings.scale, 1 + settings.scale
            )
        return (_noisy(values, settings.noise, spread), *inputs[1:])

    return change


def _measured(prepared: Prepared, quantities: NDArray[np.bool_], device: torch.device) -> Spread:
    """Feature by feature: all at once in 64 bits would take twice the memory of the data."""
    train = prepared.parts["train"].inputs[0]
    columns = [train[..., place] for place in range(train.shape[-1])]
    means = [column.mean(dtype=np.float64) for column in columns]
    deviations = np.array([column.std(dtype=np.float64) for column in columns])
    return Spread(
        means=torch.tensor(means, dtype=torch.float32, device=device),
        deviations=torch.tensor(deviations * quantities, dtype=torch.float32, device=device),
        quantities=torch.tensor(quantities, device=device),
    )


def _noisy(values: Tensor, noise: float, spread: Spread) -> Tensor:
    if not noise:
        return values
    return torch.addcmul(values, torch.randn_like(values), spread.deviations, value=noise)


def _moved(values: Tensor, reach: int) -> Tensor:
    """Each series begins by up to `reach` places earlier or later; beyond an end: the end."""
    count, time, features = values.shape
    by = torch.randint(-reach, reach + 1, (count, 1), device=values.device)
    places = (torch.arange(time, device=values.device) + by).clamp_(0, time - 1)
    return values.gather(1, places[:, :, None].expand(count, time, features))
