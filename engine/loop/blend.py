"""Two samples of a batch as one: mixup and CutMix."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.blend import Blend


def blended(batch: Tensor, blend: Blend) -> Tensor:
    """Each sample with its own share and the rest of its partner, which is the one as far from the
    batch's other end: the order of a batch is drawn, so any partner is a drawn one.
    """
    box, partners = blend.box, batch.flip(0)
    if box is None:
        return torch.lerp(partners, batch, blend.own)
    pasted = batch.clone(memory_format=torch.preserve_format)
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    pasted[:, :, rows, columns] = partners[:, :, rows, columns]
    return pasted
