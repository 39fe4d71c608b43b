"""Keras 3 on torch: `fit` with its progress bar; nets of its own layers."""

from __future__ import annotations

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch

from bench.engine.task import CannotTrain, Clock, Task


# Keras carries no types.
class Ticks(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells the clock of each step."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """A step has ended."""
        self.clock.step()
        if self.clock.over:
            self.model.stop_training = True


def run(task: Task) -> tuple[float, float]:
    """Images are channels-last, as Keras has them.

    Raises:
        CannotTrain: the net is none that Keras has layers for.
    """
    layers = keras.layers
    nets = {
        "mlp": [
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(2),
        ],
        "cnn": [
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ],
    }
    if task.name not in nets:
        raise CannotTrain("Keras has no layers for this net")
    inputs, targets = task.samples()
    if inputs.dim() == 4:
        inputs = inputs.permute(0, 2, 3, 1)
    model = keras.Sequential(nets[task.name])
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    torch.set_num_threads(1)
    clock = Clock(task)
    model.fit(
        inputs.numpy(),
        targets.numpy(),
        batch_size=task.batch,
        epochs=task.epochs(len(inputs)),
        callbacks=[Ticks(clock)],
    )
    return clock.microseconds()
