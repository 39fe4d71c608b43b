"""Watches the gradients layer by layer: which ones vanish, which ones explode."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping

from engine.events import Alert, Gradients
from engine.spec import Spec

FAINT = 1e-4
"""share of the largest layer's norm below which a layer hardly learns; healthy ones are above 1e-3
"""
FAINT_TIMES = 3
"""measurements in a row before that is said: a single one may be a batch's whim"""
LOUD = 100.0
"""times a layer's own usual norm, which is the median of its last measurements"""
MEMORY = 20
"""measurements that make the usual norm"""
FEWEST = 5
"""measurements before there is a usual norm"""


class Watch(Spec):
    """What is known of the layers so far; part of a checkpoint."""

    recent: dict[str, list[float]] = {}
    """by layer, its last norms"""
    faint: dict[str, int] = {}
    """by layer, for how many measurements in a row it has been faint"""
    told: list[str] = []
    """`vanishing <layer>`, `exploding <layer>`: each is said once in a run"""


def layer_names(parameters: Iterable[str]) -> list[str]:
    """The layer of each parameter: `encoder.0.weight` belongs to `encoder.0`."""
    return [name.rpartition(".")[0] or name for name in parameters]


def watched(watch: Watch, event: Gradients) -> tuple[Watch, list[Alert]]:
    """What is known after `event`, and what is to be said about it."""
    alerts: list[Alert] = []
    for place, step in enumerate(event.steps):
        norms = {layer: values[place] for layer, values in event.norms.items()}
        faint = _faint(watch.faint, norms)
        found = [*_vanishing(faint, norms, step), *_exploding(watch.recent, norms, step)]
        new = [(key, alert) for key, alert in found if key not in watch.told]
        alerts += [alert for _, alert in new]
        watch = Watch(
            recent={
                layer: [*watch.recent.get(layer, []), norm][-MEMORY:]
                for layer, norm in norms.items()
            },
            faint=faint,
            told=[*watch.told, *(key for key, _ in new)],
        )
    return watch, alerts


def _faint(before: Mapping[str, int], norms: Mapping[str, float]) -> dict[str, int]:
    """For how many measurements in a row each layer has been faint."""
    largest = max(norms.values())
    return {
        layer: before.get(layer, 0) + 1
        for layer, norm in norms.items()
        if largest > 0 and norm < FAINT * largest
    }


def _vanishing(
    faint: Mapping[str, int], norms: Mapping[str, float], step: int
) -> Iterator[tuple[str, Alert]]:
    largest = max(norms, key=lambda layer: norms[layer])
    for layer, times in faint.items():
        if times >= FAINT_TIMES:
            share = norms[layer] / norms[largest]
            message = (
                f"the gradient of layer {layer} vanishes: its norm {norms[layer]:.2g} is "
                f"{share:.1g} of that of {largest}, so it hardly learns; try another activation "
                "(ReLU, GELU), normalisation, residual connections or fewer layers"
            )
            yield (
                f"vanishing {layer}",
                Alert(code="gradient-vanishing", message=message, step=step),
            )


def _exploding(
    recent: Mapping[str, list[float]], norms: Mapping[str, float], step: int
) -> Iterator[tuple[str, Alert]]:
    for layer, norm in norms.items():
        past = recent.get(layer, [])
        usual = statistics.median(past) if len(past) >= FEWEST else 0.0
        if usual > 0 and norm > LOUD * usual:
            message = (
                f"the gradient of layer {layer} explodes: its norm {norm:.2g} is "
                f"{norm / usual:,.0f} times the usual {usual:.2g}; try gradient clipping "
                "(training.clip_norm) or a lower learning rate"
            )
            yield (
                f"exploding {layer}",
                Alert(code="gradient-exploding", message=message, step=step),
            )
