"""Every claim about accuracy; the README's table and the slow tests are made of this list."""

from __future__ import annotations

from bench.accuracy.bar import Bar, seeds
from bench.accuracy.language_bars import LANGUAGE_BARS
from bench.accuracy.text_bars import TEXT_BARS

BARS = (
    Bar(
        name="mnist_cnn",
        what="Classic CNN, MNIST subset",
        preset="mnist_cnn",
        metric="accuracy",
        bar=0.97,
        runs=seeds(3),
    ),
    *TEXT_BARS,
    *LANGUAGE_BARS,
)
