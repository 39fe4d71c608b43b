"""What one field cannot know: whether model, data and sizes fit together. No torch, and fast.

Labels are read only where a limit makes their counts a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import get_args

import numpy as np

from engine.config import RunConfig
from engine.data.card import Card
from engine.data.divide import drawn
from engine.data.raw import Labels
from engine.data.source import Source
from engine.models import Model
from engine.problem import Problem, SettingsError
from engine.settings.live import plan_problems
from engine.settings.sizes import samples
from engine.settings.strategy import strategy_problems

__all__ = ["Problem", "SettingsError", "misfits", "problems"]

_KINDS = MappingProxyType(
    {
        "tabular": "tables",
        "image": "images",
        "series": "series of numbers",
        "text": "texts",
        "ratings": "ratings",
        "graph": "a graph",
    }
)
_TASKS = MappingProxyType(
    {
        "classification": "a class",
        "regression": "a number",
        "language_modelling": "the next token",
        "seq2seq": "another text",
        "rating": "a rating",
        "node_classification": "the class of a node",
        "embedding": "the neighbours of a word",
    }
)


def problems(config: RunConfig) -> list[Problem]:
    """Every reason not to train with these settings, as a sentence at the path to change."""
    parts: list[Callable[[RunConfig], Iterator[Problem]]] = [
        misfits,
        _parts,
        _folds,
        _classes,
        _hardware,
        strategy_problems,
        plan_problems,
    ]
    return [problem for part in parts for problem in part(config)]


def misfits(config: RunConfig) -> Iterator[Problem]:
    """Those of the problems that come from choices that do not go together, whatever the sizes.

    No file is opened: a form asks this of every model, loss and data set it might offer.
    """
    yield from _model_and_data(config)
    yield from _loss(config)


def _model_and_data(config: RunConfig) -> Iterator[Problem]:
    model, card = config.model, config.data.card
    yield from config.data.problems()
    if card.modality not in model.modalities:
        takes = " or ".join(_KINDS[modality] for modality in model.modalities)
        yield Problem(
            "model",
            f"{model.title} takes {takes}, and {config.data.title} is made of "
            f"{_KINDS[card.modality]}; choose {_fitting(card)}, or other data",
        )
    elif card.task not in model.tasks:
        predicts = " or ".join(_TASKS[task] for task in model.tasks)
        yield Problem(
            "model",
            f"{model.title} predicts {predicts}, and the target of {config.data.title} is "
            f"{_TASKS[card.task]}; choose {_fitting(card)}, or other data",
        )
    else:
        yield from model.problems(card)


def _fitting(card: Card) -> str:
    """The models that take these data, by the names people know."""
    union = get_args(get_args(Model)[0])
    names = [
        model.title
        for model in union
        if card.modality in model.modalities and card.task in model.tasks
    ]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "another"


def _loss(config: RunConfig) -> Iterator[Problem]:
    loss, task = config.loss, config.data.card.task
    if task not in loss.tasks:
        fits = " or ".join(_TASKS[each] for each in loss.tasks)
        yield Problem(
            "loss",
            f"{loss.title} is a loss for {fits}, and the target of {config.data.title} is "
            f"{_TASKS[task]}; choose automatic",
        )
    else:
        yield from loss.problems(config.data.card)


def _parts(config: RunConfig) -> Iterator[Problem]:
    data = config.data
    sizes = samples(data)
    total = sum(sizes.values())
    for name in ("validation", "test"):
        share = getattr(data.split, name)
        # Of no sample at all the data say themselves what is wrong.
        if share and total and not sizes[name]:
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


def _folds(config: RunConfig) -> Iterator[Problem]:
    """Every fold needs something to test with; R² two samples of it."""
    split, total = config.data.split, sum(samples(config.data).values())
    least = 2 if config.data.card.task == "regression" else 1
    if split.folds and total < least * split.folds:
        yield Problem(
            "data.split.folds",
            f"{split.folds} folds of {total} samples leave one with fewer than {least} to test "
            f"with; use at most {max(2, total // least)} folds",
        )


def _shown_share(total: int) -> str:
    """The smallest share in percent steps that gives a sample."""
    share = next(percent for percent in range(1, 101) if round(total * percent / 100) >= 1)
    return f"{share / 100:g}"


def _hardware(config: RunConfig) -> Iterator[Problem]:
    """Blocks in parts are gathered by hooks that the compiler leaves alone, with all they wrap."""
    wanted = config.hardware
    if wanted.compile == "on" and wanted.weights == "sharded" and wanted.processes > 1:
        yield Problem(
            "hardware.compile",
            "torch.compile leaves out what is sharded, of some models all of it; choose auto or "
            "off, or hardware.weights=replicated",
        )


def _classes(config: RunConfig) -> Iterator[Problem]:
    data = config.data
    if data.card.task != "classification" or data.limit is None:
        return
    labels = _labels(data)
    classes = len(data.card.classes)
    counts = np.bincount(labels[drawn(len(labels), data.limit, data.split.seed)], minlength=classes)
    few = [(name, int(n)) for name, n in zip(data.card.classes, counts, strict=True) if n < 2]
    if few and len(labels):
        yield Problem(
            "data.limit",
            f"with {data.limit} samples {_listed(few)}, and a class needs at least 2, one to learn "
            f"from and one to check with; use at least {_smallest_limit(data)} samples, "
            "or another data.split.seed",
        )


def _listed(few: list[tuple[str, int]]) -> str:
    shown = ", ".join(f"class {name} has {count}" for name, count in few[:3])
    return shown + (f", and {len(few) - 3} more have too few" if len(few) > 3 else "")


def _labels(data: Source) -> Labels:
    """Of all samples; none where the data are not on this machine, which the trainer will say."""
    try:
        return _read_labels(data.model_copy(update={"limit": None}))
    except FileNotFoundError:
        return np.zeros(0, dtype=np.int64)


@lru_cache(maxsize=4)
def _read_labels(data: Source) -> Labels:
    """Kept: a form asks at every keystroke, and texts take 0.1 s to read."""
    return data.labels()


def _smallest_limit(data: Source) -> int:
    """The first length of the drawn order at which every class has two samples."""
    labels = _labels(data)
    order = drawn(len(labels), len(labels) - 1, data.split.seed)
    return 1 + max(
        int(np.flatnonzero(labels[order] == number)[1]) for number in range(len(data.card.classes))
    )
