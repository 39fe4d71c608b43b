"""What augmentation makes of some real samples, to look at before a run."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from engine.data.prepared import Prepared
from engine.data.source import Source
from engine.loop.blend import blended
from engine.loop.randomness import seed_step
from engine.outlook.shown import (
    ImagePreview,
    RowPreview,
    SeriesPreview,
    Shown,
    TextPreview,
    image_preview,
    row_preview,
    series_preview,
)
from engine.outlook.shown_texts import count_preview, text_preview
from engine.problem import Problem, SettingsError

ENOUGH = 2_000
"""samples to choose these from, and to measure scales and vocabularies with"""

Preview = Annotated[
    ImagePreview | TextPreview | RowPreview | SeriesPreview, Field(discriminator="kind")
]


def preview(data: Source, seed: int) -> Preview | None:
    """Samples of the training part as they are and as the first step of a training would see them;
    None where nobody could see the difference, e.g. in a graph.

    Raises:
        SettingsError: the data are not on this machine yet.
    """
    if data.card.task not in ("classification", "regression"):
        return None
    if not data.is_here():
        sentence = f"{data.title} is not on this machine yet; this is shown after its first run"
        raise SettingsError([Problem("data", sentence)])
    few = data.model_copy(update={"limit": min(data.limit or ENOUGH, ENOUGH)})
    try:
        prepared = few.prepare()
    except FileNotFoundError as error:
        raise SettingsError([Problem("data", str(error))]) from error
    return _compared(few, prepared, seed)


def _compared(data: Source, prepared: Prepared, seed: int) -> Preview | None:
    part, modality = prepared.parts["train"], prepared.card.modality
    if modality == "tabular" and prepared.features is None:
        return count_preview(_shown(data, prepared, seed, 3))
    match modality:
        case "image":
            return image_preview(_shown(data, prepared, seed, 8), part.inputs[0])
        case "text":
            return text_preview(_shown(data, prepared, seed, 4), getattr(data, "tokens", None))
        case "tabular":
            return row_preview(_shown(data, prepared, seed, 5))
        case "series":
            return series_preview(_shown(data, prepared, seed, 4))
    return None


def _shown(data: Source, prepared: Prepared, seed: int, number: int) -> Shown:
    """So many samples, evenly spread over the training part, in one batch."""
    part = prepared.parts["train"]
    rows = np.linspace(0, len(part) - 1, min(number, len(part))).round().astype(np.int64)
    before = torch.from_numpy(part.inputs[0][rows])
    seed_step(seed, 0, before.device)
    after = _changed(data, prepared, seed, before)
    return Shown(prepared, rows, before.numpy(), after.numpy())


def _changed(data: Source, prepared: Prepared, seed: int, samples: Tensor) -> Tensor:
    changed = data.augmenter(prepared, samples.device)((samples,))[0]
    blend = data.blend(prepared.card.shape, seed, 0)
    return blended(changed, blend) if blend.own < 1 else changed
