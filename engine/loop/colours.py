"""Brightness, contrast and saturation of images by chance, on their device."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.augmentation import Augmentation
from engine.data.prepared import Array

Light = tuple[float, float]
"""black and white, as the images of a data set are scaled"""
GREY = (0.299, 0.587, 0.114)
"""what red, green and blue count in a grey of the same brightness (ITU-R BT.601)"""


def light_of(images: Array) -> Light:
    """The darkest and the brightest there is in the training part."""
    return float(images.min()), float(images.max())


def jittered(images: Tensor, settings: Augmentation, light: Light) -> Tensor:
    """Float images `(batch, channels, height, width)`; each has factors of its own, and stays
    between black and white.
    """
    black, white = light
    if settings.brightness:
        images = _from(black, images, settings.brightness).clamp(black, white)
    if settings.contrast:
        means = _grey(images).mean((1, 2, 3), keepdim=True)
        images = _from(means, images, settings.contrast).clamp(black, white)
    if settings.saturation and images.shape[1] == 3:
        images = _from(_grey(images), images, settings.saturation).clamp(black, white)
    return images


def _from(origin: Tensor | float, images: Tensor, most: float) -> Tensor:
    """The distance to `origin` times a factor of each image, from 1 - `most` to 1 + `most`."""
    factors = torch.empty(len(images), 1, 1, 1, device=images.device, dtype=images.dtype)
    return origin + (images - origin) * factors.uniform_(1 - most, 1 + most)


def _grey(images: Tensor) -> Tensor:
    """`(batch, 1, height, width)`; other images than colour ones are their own mean."""
    if images.shape[1] != len(GREY):
        return images.mean(1, keepdim=True)
    red, green, blue = images[:, 0:1], images[:, 1:2], images[:, 2:3]
    return GREY[0] * red + GREY[1] * green + GREY[2] * blue
