"""One pass over a part without learning: its metrics, confusion matrix, ROC curves.

Outputs stay on the device until the pass is over: one transfer per evaluation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import metrics
from engine.data.card import Card
from engine.data.prepare import TargetScale
from engine.events import Curve, Evaluation
from engine.loss import mean_loss

BATCH = 1024
"""samples per forward pass; fixed, so that the training's batch size cannot change a metric"""
SHOWN = 1000
"""pairs of target and prediction in an event"""


@dataclass(frozen=True)
class TensorPart:
    """One part on the device: inputs float32 `(samples, *shape)`, targets `(samples,)`."""

    inputs: Tensor
    targets: Tensor


def evaluate(
    model: nn.Module, part: TensorPart, card: Card, scale: TargetScale, blank: Evaluation
) -> Evaluation:
    """`blank` with its metrics and panels filled in, on the targets' original scale.

    A loss that is not finite stands alone: nothing else could be said of such outputs.
    """
    outputs = _outputs(model, part.inputs)
    loss = mean_loss(card.task, outputs, part.targets).item() * scale.deviation**2
    targets = part.targets.cpu().numpy()
    if not math.isfinite(loss):
        return blank.model_copy(update={"metrics": {"loss": loss}})
    if card.task == "classification":
        scores = outputs.cpu().numpy().astype(np.float64)
        found, panels = _classification(scores, targets, card.classes)
    else:
        found, panels = _regression(outputs.squeeze(1).cpu().numpy(), targets, scale)
    return blank.model_copy(update={"metrics": {"loss": loss, **found}, **panels})


def _outputs(model: nn.Module, inputs: Tensor) -> Tensor:
    """Outputs of all samples, without dropout; the model is back in training mode afterwards."""
    model.eval()
    with torch.inference_mode():
        outputs = torch.cat([model(batch) for batch in torch.split(inputs, BATCH)])
    model.train()
    return outputs


def _classification(
    scores: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, object]]:
    counts = metrics.confusion(labels, scores.argmax(axis=1), len(classes))
    found = {"accuracy": metrics.accuracy(counts)}
    f1 = metrics.f1(counts)
    if f1 is not None:
        found["f1"] = f1
    curves, areas = _roc(_probabilities(scores), labels, classes)
    if areas:
        found["roc_auc"] = float(np.mean(areas))
    return found, {"confusion": counts.tolist(), "roc": curves}


def _roc(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> tuple[list[Curve], list[float]]:
    """A curve for each class that has one; areas only if all have, for the mean would mislead."""
    numbers = [1] if len(classes) == 2 else range(len(classes))
    curves: list[Curve] = []
    areas: list[float] = []
    for number in numbers:
        rates = metrics.roc(labels == number, probabilities[:, number])
        if rates is not None:
            curves.append(metrics.drawn_curve(classes[number], *rates))
            areas.append(metrics.area(*rates))
    return curves, areas if len(areas) == len(numbers) else []


def _probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _regression(
    outputs: NDArray[np.float32], targets: NDArray[np.float32], scale: TargetScale
) -> tuple[dict[str, float], dict[str, object]]:
    predicted = outputs.astype(np.float64) * scale.deviation + scale.mean
    true = targets.astype(np.float64) * scale.deviation + scale.mean
    panels: dict[str, object] = {
        "targets": true[:SHOWN].round(5).tolist(),
        "predictions": predicted[:SHOWN].round(5).tolist(),
    }
    return metrics.regression(true, predicted), panels
