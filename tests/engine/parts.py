"""Small runs whose model lies in parts on several processes."""

from __future__ import annotations

from pathlib import Path

from engine.events import Event, Started, Steps
from engine.train import train
from tests.engine.forked import Forked
from tests.engine.small import small

# All that reads or moves gradients, weights and optimizer state. 16 steps of two batches an epoch.
ALL = (
    "model.dropout=0",
    "training.batch_size=32",
    "training.accumulation=2",
    "training.ema.decay=0.9",
    "training.guard.every=3",
    "training.l1=1e-4",
    "training.clip_value=0.05",
    "training.layer_norms_every=3",
)
TWO = ("hardware.devices=2", "hardware.weights=sharded")
FOUR = ("hardware.devices=4", "hardware.weights=sharded")
CLOSE = 1e-5
"""relative: sums of fp32 are formed in another order, and nothing else is different"""


def trained(*words: str, folder: Path | None = None, attempt: int = 1) -> list[Event]:
    """All events of a run whose other ranks are forked."""
    return list(train(small(*words), folder, attempt=attempt, starter=Forked))


def begun(events: list[Event]) -> Started:
    """The first event."""
    assert isinstance(events[0], Started)
    return events[0]


def stopped_after(step: int, *words: str, folder: Path, attempt: int) -> list[Event]:
    """The events of a run that is closed after so many steps."""
    events = train(small(*words), folder, attempt=attempt, starter=Forked)
    heard: list[Event] = []
    for event in events:
        heard.append(event)
        if isinstance(event, Steps) and event.step >= step:
            break
    events.close()
    return heard


def checkpoints(folder: Path) -> list[Path]:
    """Newest last."""
    found = (folder / "checkpoints").glob("step-*")
    return sorted(found, key=lambda path: (int(path.name.split("-")[1]), path.name))
