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
    return train if config.optimizer.full_batch else min(train, wanted)


def steps_per_epoch(config: RunConfig) -> int:
    """Steps in an epoch; the last one may take fewer samples and counts."""
    train = samples(config.data)["train"]
    return -(-train // step_samples(config, train))


def total_steps(config: RunConfig) -> int:
    """Steps of the whole run when nothing ends it early."""
    return config.training.steps or steps_per_epoch(config) * config.training.epochs
