"""What augmentation makes of some real images, to look at before a run."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.data.images import Images
from engine.data.published import Published
from engine.loop.augment import blended
from engine.loop.randomness import seed_step
from engine.problem import Problem, SettingsError
from engine.spec import Spec

SHOWN = 8
ENOUGH = 2_000
"""images to choose these from, and to measure the scaling with"""

Pixels = list[list[list[int]]]
"""0 to 255: `(height, width, 1 or 3)`"""


class Preview(Spec):
    """The same images as they are and as the first step of a training would see them."""

    classes: list[str]
    before: list[Pixels]
    after: list[Pixels]


def preview(data: Images, seed: int) -> Preview:
    """Images of all parts of the data, changed as by the run's seed.

    Raises:
        SettingsError: the data are a download that is not on this machine yet.
    """
    if isinstance(data, Published) and not data.is_here():
        sentence = f"{data.title} is not on this machine yet; its images are shown after a run"
        raise SettingsError([Problem("data", sentence)])
    few = data.model_copy(update={"limit": min(data.limit or ENOUGH, ENOUGH)})
    part = few.prepare().parts["train"]
    rows = np.linspace(0, len(part) - 1, SHOWN).round().astype(np.int64)
    images = torch.from_numpy(part.inputs[0][rows])
    low, high = float(part.inputs[0].min()), float(part.inputs[0].max())
    seed_step(seed, 0, images.device)
    changed = data.augment((images,))[0]
    own = data.own_share(seed, 0)
    if own < 1:
        changed = blended(changed, own)
    return Preview(
        classes=[data.card.classes[label] for label in part.targets[rows]],
        before=_pixels(images, low, high),
        after=_pixels(changed, low, high),
    )


def _pixels(images: Tensor, low: float, high: float) -> list[Pixels]:
    scaled = (images - low) / ((high - low) or 1.0) * 255
    pixels: list[Pixels] = scaled.clamp(0, 255).round().to(torch.uint8).permute(0, 2, 3, 1).tolist()
    return pixels
