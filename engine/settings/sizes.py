"""How many samples and steps a run has, known without training. No torch."""

from __future__ import annotations

from engine.config import RunConfig
from engine.data.source import Source


def samples(data: Source) -> dict[str, int]:
    """Samples in `train`, `validation` and `test`."""
    return data.sizes()


def step_samples(config: RunConfig, train: int) -> int:
    """Samples that a step learns from, of a training part of `train`."""
    wanted = config.training.batch_size * config.training.accumulation
    return max(1, train if config.optimizer.full_batch else min(train, wanted))


def steps_per_epoch(config: RunConfig, train: int | None = None) -> int:
    """Steps in an epoch; the last one may take fewer samples and counts.

    `train`: samples of the training part, where they have been counted.
    """
    count = samples(config.data)["train"] if train is None else train
    return -(-count // step_samples(config, count))


def of_fold(config: RunConfig, fold: int) -> RunConfig:
    """The training of one fold, counted from 1, of a run that trains all of them."""
    split = config.data.split.model_copy(update={"fold": fold})
    return config.model_copy(update={"data": config.data.model_copy(update={"split": split})})


def steps_from(config: RunConfig, fold: int, known: int) -> int:
    """Steps of a run from the beginning of `fold` on, whose own steps are `known`.

    Only reading the data may tell how many rows there are; later folds then differ as this one.
    """
    last = config.data.split.trainings
    guessed = [total_steps(of_fold(config, each)) for each in range(fold, last + 1)]
    return known + sum(max(1, guess + known - guessed[0]) for guess in guessed[1:])


def total_steps(config: RunConfig, train: int | None = None) -> int:
    """Steps of the whole run when nothing ends it early; `train` as above."""
    return config.training.steps or steps_per_epoch(config, train) * config.training.epochs
