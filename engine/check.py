"""What one field cannot know: whether model, data and sizes fit together. No torch, and fast.

Labels are read only where a limit makes their counts a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np

from engine.config import RunConfig
from engine.data.builtin import Builtin
from engine.data.divide import drawn
from engine.models.cnn import Cnn
from engine.problem import Problem, SettingsError

__all__ = ["Problem", "SettingsError", "problems"]

_KINDS = MappingProxyType({"tabular": "tables", "image": "images"})
_TARGETS = MappingProxyType({"classification": "a class", "regression": "a number"})


def problems(config: RunConfig) -> list[Problem]:
    """Every reason not to train with these settings, as a sentence at the path to change."""
    parts: list[Callable[[RunConfig], Iterator[Problem]]] = [
        _model_and_data,
        _parts,
        _classes,
        _batch,
        _validation_needed,
        _warmup,
    ]
    return [problem for part in parts for problem in part(config)]


def samples(data: Builtin) -> dict[str, int]:
    """Samples in `train`, `validation` and `test`, without opening a file."""
    return data.split.sizes(min(data.card.samples, data.limit or data.card.samples))


def steps_per_epoch(config: RunConfig) -> int:
    """Batches in an epoch; the last one may be smaller and counts."""
    return -(-samples(config.data)["train"] // config.training.batch_size)


def _model_and_data(config: RunConfig) -> Iterator[Problem]:
    model, data = config.model, config.data
    if data.card.modality not in model.modalities:
        takes = " or ".join(_KINDS[modality] for modality in model.modalities)
        yield Problem(
            "model",
            f"{model.title} takes {takes}, and {data.title} is made of "
            f"{_KINDS[data.card.modality]}; choose another model, e.g. an MLP, or other data",
        )
    elif data.card.task not in model.tasks:
        predicts = " or ".join(_TARGETS[task] for task in model.tasks)
        better = (
            "logistic regression" if data.card.task == "classification" else "linear regression"
        )
        yield Problem(
            "model",
            f"{model.title} predicts {predicts}, and the target of {data.title} is "
            f"{_TARGETS[data.card.task]}; choose {better} or an MLP, or other data",
        )
    elif isinstance(model, Cnn) and min(model.side_after(data.card)) < 1:
        yield Problem("model.channels", model.too_small(data.card))


def _parts(config: RunConfig) -> Iterator[Problem]:
    data = config.data
    sizes = samples(data)
    total = sum(sizes.values())
    for name in ("validation", "test"):
        share = getattr(data.split, name)
        if share and not sizes[name]:
            yield Problem(
                f"data.split.{name}",
                f"a share of {share:g} of {total} samples is no sample; use at least "
                f"{_shown_share(total)}, more samples, or 0 for no {name} part",
            )
    for name in ("validation", "test"):
        if data.card.task == "regression" and sizes[name] == 1:
            yield Problem(
                f"data.split.{name}",
                f"a share of {getattr(data.split, name):g} of {total} samples is one sample, and "
                "R² needs at least 2; use a larger share or more samples",
            )


def _shown_share(total: int) -> str:
    """The smallest share in percent steps that gives a sample."""
    share = next(percent for percent in range(1, 101) if round(total * percent / 100) >= 1)
    return f"{share / 100:g}"


def _classes(config: RunConfig) -> Iterator[Problem]:
    data = config.data
    if data.card.task != "classification" or data.limit is None:
        return
    labels = data.load().targets
    classes = len(data.card.classes)
    counts = np.bincount(labels[drawn(len(labels), data.limit, data.split.seed)], minlength=classes)
    few = [(name, int(n)) for name, n in zip(data.card.classes, counts, strict=True) if n < 2]
    if few:
        yield Problem(
            "data.limit",
            f"with {data.limit} samples {_listed(few)}, and a class needs at least 2, one to learn "
            f"from and one to check with; use at least {_smallest_limit(data)} samples, "
            "or another data.split.seed",
        )


def _listed(few: list[tuple[str, int]]) -> str:
    shown = ", ".join(f"class {name} has {count}" for name, count in few[:3])
    return shown + (f", and {len(few) - 3} more have too few" if len(few) > 3 else "")


def _smallest_limit(data: Builtin) -> int:
    """The first length of the drawn order at which every class has two samples."""
    labels = data.load().targets
    order = drawn(len(labels), len(labels) - 1, data.split.seed)
    return 1 + max(
        int(np.flatnonzero(labels[order] == number)[1]) for number in range(len(data.card.classes))
    )


def _batch(config: RunConfig) -> Iterator[Problem]:
    size, train = config.training.batch_size, samples(config.data)["train"]
    if size > train:
        yield Problem(
            "training.batch_size",
            f"a batch of {size} is larger than the training part of {train} samples; "
            f"use at most {train}",
        )


def _validation_needed(config: RunConfig) -> Iterator[Problem]:
    if config.data.split.validation:
        return
    wanting = {
        "training.early_stopping": config.training.early_stopping is not None,
        "training.keep_best": config.training.keep_best,
    }
    for path, wanted in wanting.items():
        if wanted:
            name = path.partition(".")[2].replace("_", " ")
            yield Problem(
                path,
                f"{name} compares validation losses, and there is no validation part; "
                "set data.split.validation above 0, e.g. 0.15, or switch it off",
            )


def _warmup(config: RunConfig) -> Iterator[Problem]:
    total = steps_per_epoch(config) * config.training.epochs
    if config.schedule.warmup_steps > total:
        yield Problem(
            "schedule.warmup_steps",
            f"a warm-up of {config.schedule.warmup_steps} steps is longer than the run of {total}; "
            f"use at most {total} steps, or train for more epochs",
        )
