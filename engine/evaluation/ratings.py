"""How well ratings are foretold, and what would be recommended."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine import metrics
from engine.data.prepared import Prepared
from engine.data.shuffle import Purpose, mix
from engine.evaluation import worst
from engine.evaluation.outputs import outputs_of
from engine.evaluation.ranking import Ranking, ranking_metrics, recommendations
from engine.events import Evaluation
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup
from engine.nets.factorisation import FactorisationNet

SHOWN = 1000
"""pairs of target and prediction in an event"""
USER_DAMPING, ITEM_DAMPING = 10.0, 25.0
"""ratings at the mean that each user and item starts with, in the baseline"""

Floats = NDArray[np.float64]


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and panels filled in; a loss that is not finite stands alone.

    Predictions beyond the lowest or highest rating of the training part are taken back to it.
    The test part also says how good the first items recommended to each user are.
    """
    outputs = outputs_of(model, part, batch=65_536)
    loss = setup.loss(outputs, part.targets).item() * setup.loss_factor
    if not math.isfinite(loss):
        return blank.model_copy(update={"metrics": {"loss": loss}})
    train, mean = setup.prepared.parts["train"], setup.prepared.target.mean
    true = part.targets.cpu().numpy().astype(np.float64) + mean
    predicted = np.clip(
        outputs.squeeze(1).cpu().numpy().astype(np.float64) + mean,
        float(train.targets.min()) + mean,
        float(train.targets.max()) + mean,
    )
    ranking = Ranking(model, setup, blank.split)
    found = {"loss": loss, **errors(true, predicted)}
    biases = bias_baseline(setup.prepared)
    baseline = errors(true, foretold(biases, setup.prepared, blank.split))
    intervals: dict[str, list[float]] = {}
    if blank.split == "test":
        found |= ranking_metrics(ranking)
        seed = mix(setup.config.training.seed, Purpose.EVALUATION, blank.step)
        intervals = metrics.of_values(true, predicted, seed)
        baseline |= ranking_metrics(replace(ranking, model=as_model(biases).to(setup.device)))
    panels = {
        "targets": true[:SHOWN].round(5).tolist(),
        "predictions": predicted[:SHOWN].round(5).tolist(),
        "tables": recommendations(ranking),
        "intervals": intervals,
        "worst": worst.of_values(setup, blank.split, (true - predicted) ** 2, true, predicted),
        "baseline_name": "mean and biases, closed form",
        "baseline": baseline,
    }
    return blank.model_copy(update={"metrics": found, **panels})


def errors(true: Floats, predicted: Floats) -> dict[str, float]:
    """`rmse`, `mse`, `mae`, and `r2` unless all ratings are equal."""
    found = metrics.regression(true, predicted)
    return {"rmse": math.sqrt(found["mse"]), **found}


def bias_baseline(prepared: Prepared) -> tuple[Floats, Floats]:
    """Damped biases of users `(users,)` and of items `(items,)`, which are estimated first.

    Koren, "Factor in the neighbors", 2010, section 2.1. What factors have to beat; to everybody
    they recommend the same.
    """
    train = prepared.parts["train"]
    users, items = train.inputs[0].T
    rest = train.targets.astype(np.float64)
    item_bias = _damped(items, rest, prepared.card.items, ITEM_DAMPING)
    user_bias = _damped(users, rest - item_bias[items], prepared.card.users, USER_DAMPING)
    return user_bias, item_bias


def foretold(biases: tuple[Floats, Floats], prepared: Prepared, name: str) -> Floats:
    """The ratings of a part by the mean and these biases, within those of the training part."""
    targets, mean = prepared.parts["train"].targets, prepared.target.mean
    users, items = prepared.parts[name].inputs[0].T
    ratings: Floats = biases[0][users] + biases[1][items]
    return ratings.clip(float(targets.min()), float(targets.max())) + mean


def as_model(biases: tuple[Floats, Floats]) -> nn.Module:
    """The model that has these biases and no factors."""
    user_bias, item_bias = (torch.from_numpy(each).float()[:, None] for each in biases)
    model = FactorisationNet(len(user_bias), len(item_bias), 0, 0.0, 0.0)
    model.load_state_dict(
        {"user_bias.weight": user_bias, "item_bias.weight": item_bias}, strict=False
    )
    return model


def _damped(numbers: NDArray[np.int64], rest: Floats, count: int, damping: float) -> Floats:
    """Mean of `rest` for each number from 0 to `count - 1`, drawn towards 0 where it has few."""
    sums = np.bincount(numbers, rest, count)
    means: Floats = sums / (np.bincount(numbers, minlength=count) + damping)
    return means
