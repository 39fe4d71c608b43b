"""A small cross-validation, and what tests ask of its events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.events import CrossValidation, Evaluation, Event, Gradients, Steps
from engine.saving.checkpoint import Checkpoints

FOLDS = 3
WHOLE = ("data.split.folds=3", "training.epochs=2")


def of(events: Sequence[Event], fold: int) -> list[Event]:
    """What belongs to a fold and is told at its place in the fold, as the fold alone tells it."""
    return [event for event in events if event.fold == fold]


def told(events: Sequence[Event], *, begin: int = 0) -> list[object]:
    """All numbers of a training in order, without times and places."""
    found: list[object] = []
    for event in events:
        step = event.step - begin
        if isinstance(event, Steps):
            found += [
                (step - len(event.seconds) + place, name, value)
                for name, values in event.metrics.items()
                for place, value in enumerate(values, 1)
            ]
        elif isinstance(event, Gradients):
            found += [(each - begin, sorted(event.norms)) for each in event.steps]
        elif isinstance(event, Evaluation):
            found.append((step, event.split, event.epoch, event.metrics, event.confusion))
    return sorted(found, key=repr)


def scores_of(events: Sequence[Event]) -> dict[int, dict[str, float]]:
    """The test metrics by fold; told twice they must be the same."""
    found: dict[int, dict[str, float]] = {}
    for event in events:
        if isinstance(event, Evaluation) and event.split == "test":
            assert found.setdefault(event.fold, event.metrics) == event.metrics
    return found


def result(events: Sequence[Event]) -> CrossValidation:
    """The last word on all folds."""
    return [event for event in events if isinstance(event, CrossValidation)][-1]


def weights(folder: Path, fold: int) -> dict[str, bytes]:
    """The tensors of the newest checkpoint of a fold."""
    place = folder / "folds" / f"fold-{fold}" if fold else folder
    loaded, _ = Checkpoints(place / "checkpoints", 9).newest()
    assert loaded is not None
    return {name: data for name, data in loaded.files.items() if name.endswith(".safetensors")}
