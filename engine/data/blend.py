"""Two samples as one, in inputs and loss alike: by blending them, or by pasting a box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.shuffle import Purpose, mix


@dataclass(frozen=True)
class Box:
    """Rows `top` to `bottom`, columns `left` to `right` of an image; the ends are not in it."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.bottom - self.top) * (self.right - self.left)


@dataclass(frozen=True)
class Blend:
    """How much of its own sample the model sees in a step; the rest is another one's of the batch.

    With a `box` the other one's pixels are in it, else all pixels are blended.
    """

    own: float = 1.0
    box: Box | None = None


ALONE = Blend()


def drawn_blend(
    mixup: float, cutmix: float, shape: tuple[int, ...], place: tuple[int, int]
) -> Blend:
    """Of images `(channels, height, width)`; `place` are seed and step, which decide it alone.

    Zhang et al. 2018, "mixup"; Yun et al. 2019, "CutMix". With both a coin decides.
    """
    if cutmix:
        chance = _chance(Purpose.CUTMIX, place)
        if not mixup or chance.random() < 0.5:
            return _pasted(chance, cutmix, shape)
    if mixup:
        # A stream of its own, as before there was another way: old runs go on with the same bits.
        share = float(_chance(Purpose.MIXUP, place).beta(mixup, mixup))
        return Blend(max(share, 1 - share))
    return ALONE


def _chance(purpose: Purpose, place: tuple[int, int]) -> np.random.Generator:
    seed, step = place
    return np.random.Generator(np.random.PCG64(mix(seed, purpose, step)))


def _pasted(chance: np.random.Generator, strength: float, shape: tuple[int, ...]) -> Blend:
    """A box around any pixel; what reaches over the edge is cut off, and does not count."""
    _, height, width = shape
    side = np.sqrt(1 - chance.beta(strength, strength))
    top, bottom = _span(chance, height, side)
    left, right = _span(chance, width, side)
    box = Box(top, bottom, left, right)
    return Blend(1 - box.area / (height * width), box) if box.area else ALONE


def _span(chance: np.random.Generator, whole: int, share: float) -> tuple[int, int]:
    """From where to where a share of `whole` around a drawn place reaches."""
    length, middle = int(whole * share), int(chance.integers(whole))
    begin = middle - length // 2
    return max(0, begin), min(whole, begin + length)
