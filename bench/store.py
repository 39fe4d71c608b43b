"""`./trainyard bench store [ROUNDS]`: what copying checkpoints to a store costs the training.

The same run with a store and without, one after the other: the store is another folder of the same
disk, the worst case, for both write to it. How long the training was held up by each checkpoint,
its pace, and how long after each checkpoint others see it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.row import HEAD, Row, percentile, spread
from engine.config import RunConfig
from engine.events import Checkpoint, Steps
from engine.settings.command import override
from engine.train import train
from jobs.store.lineage import Moment
from jobs.store.shipping import Shipper
from jobs.store.store import Store

ROUNDS = 2
RUN = "0" * 26
SETTINGS = (
    "data=digits",
    "model=mlp",
    "model.hidden=1500,1500,1500,1500",
    "hardware.threads=1",
    "hardware.device=cpu",
    "training.batch_size=32",
    "training.steps=300",
    "training.checkpoint_seconds=1",
)
"""7 million weights: 80 MB a checkpoint, far more often than anybody saves them"""


@dataclass
class Measured:
    """Milliseconds, of all rounds."""

    held: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)
    hear: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    bytes: int = 0


def main(arguments: list[str]) -> int:
    """Prints the table; exit code 0."""
    rounds = int(arguments[0]) if arguments else ROUNDS
    print(*HEAD, sep="\n")
    without, with_store = Measured(), Measured()
    for _ in range(rounds):
        _measure(without, store=False)
        _measure(with_store, store=True)
    for row in _rows(without, with_store):
        print(row.line)
    return 0


def _measure(into: Measured, *, store: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="trainyard-bench-") as root:
        shipper = _shipper(Path(root)) if store else None
        begun, steps, held = time.perf_counter(), 0, 0.0
        for event in train(override(RunConfig(), SETTINGS), Path(root) / "run"):
            if isinstance(event, Steps):
                steps = event.step
            elif isinstance(event, Checkpoint):
                into.held.append(1000 * event.seconds)
                into.bytes, held = event.bytes, held + event.seconds
            if shipper:
                asked = time.perf_counter()
                shipper.hear(event)
                into.hear.append(1000 * (time.perf_counter() - asked))
        into.step.append(1000 * (time.perf_counter() - begun - held) / steps)
        if shipper:
            asked = time.perf_counter()
            shipper.close()
            into.seen.append(1000 * (time.perf_counter() - asked))


def _shipper(root: Path) -> Shipper:
    url = f"file://{root}/store"
    Store.open(url).make()
    (root / "run").mkdir()
    shipper = Shipper(url, (RUN, 1, root / "run"), print, lambda: float("inf"))
    shipper.start(Moment())
    return shipper


def _rows(without: Measured, with_store: Measured) -> list[Row]:
    size = f"{with_store.bytes / 1e6:.0f} MB"
    pace = percentile(with_store.step, 0.5) / percentile(without.step, 0.5) - 1
    return [
        Row(f"a checkpoint of {size} holds up the training", spread(without.held)),
        Row("the same with a store", spread(with_store.held)),
        Row("telling the thread of it", f"{1000 * percentile(with_store.hear, 0.99):.0f} µs (p99)"),
        Row("a step, evaluations included", spread(without.step, "ms")),
        Row("the same with a store", f"{spread(with_store.step)}, {100 * pace:+.1f} %"),
        Row("at the end, until the store has the last one", spread(with_store.seen)),
    ]
