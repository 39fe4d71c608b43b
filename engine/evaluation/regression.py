"""How far predicted numbers are from the true ones, on the targets' original scale."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

from engine import metrics
from engine.data.shuffle import Purpose, mix
from engine.evaluation import watched, worst
from engine.evaluation.outputs import outputs_of
from engine.events import Evaluation
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup

SHOWN = 1000
"""pairs of target and prediction in an event"""


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and panels filled in; a loss that is not finite stands alone."""
    outputs = outputs_of(model, part)
    loss = setup.loss(outputs, part.targets).item() * setup.loss_factor
    if not math.isfinite(loss):
        return blank.model_copy(update={"metrics": {"loss": loss}})
    scale = setup.prepared.target
    predicted = outputs.squeeze(1).cpu().numpy().astype(np.float64) * scale.deviation + scale.mean
    true = part.targets.cpu().numpy().astype(np.float64) * scale.deviation + scale.mean
    found = metrics.regression(true, predicted)
    panels: dict[str, object] = {
        "targets": true[:SHOWN].round(5).tolist(),
        "predictions": predicted[:SHOWN].round(5).tolist(),
    }
    if blank.split == "test":
        found = metrics.everything(true, predicted)
        panels["worst"] = worst.of_values(setup, "test", (predicted - true) ** 2, true, predicted)
        seed = mix(setup.config.training.seed, Purpose.EVALUATION, blank.step)
        panels["intervals"] = metrics.of_values(true, predicted, seed)
    else:
        panels["watched"] = watched.of_values(setup, true, predicted)
    return blank.model_copy(update={"metrics": {"loss": loss, **found}, **panels})
