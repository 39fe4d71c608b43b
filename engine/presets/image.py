"""Images."""

from __future__ import annotations

from engine.config import RunConfig

PRESETS = {
    # What RunConfig's defaults are: the first run of a person who just presses Launch.
    "mnist_cnn": RunConfig(name="MNIST CNN"),
}
