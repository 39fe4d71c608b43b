"""A trainer that does not train: real events through the real telemetry, at a chosen pace."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.config import RunConfig
from engine.events import Checkpoint, Evaluation, Finished, Hardware, Started, Steps
from engine.spec import Spec
from jobs.events import Claimed
from jobs.history import runs as rows
from jobs.ids import new_id
from jobs.services import runs
from jobs.wire import keys
from jobs.wire.connect import connect, connect_unretried
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.yard import Yard

STEPS_PER_EPOCH = 100
MACHINE = "bench"
PERIOD_SECONDS = 0.1


def save(yard: Yard, config: RunConfig | None = None) -> str:
    """A run in the history that the recorder follows and no worker takes. Returns its id."""
    run_id = new_id()
    chosen = config or RunConfig(name="Synthetic")
    row = {
        "id": run_id,
        "name": chosen.name or "Synthetic",
        "config": chosen.model_dump_json(),
        "created": time.time(),
        "desired": "running",
        "origin": None,
        "launch_key": None,
    }
    with yard.history.writing() as connection:
        rows.add(connection, row)
    with connect(yard.home) as redis:
        runs.announce(redis, run_id, chosen.model_dump_json())
        runs.changed(redis, run_id)
    return run_id


@dataclass
class Writer:
    """One attempt of a synthetic run."""

    yard: Yard
    run_id: str
    attempt: int = 1
    step: int = 0
    total_steps: int = 1_000
    telemetry: Telemetry = field(init=False)

    def __post_init__(self) -> None:
        # Without a claim the recorder would declare the run lost.
        client = connect_unretried(self.yard.home)
        far = int(client.time()[0] * 1000 + 3_600_000)
        claim: dict[bytes | bytearray | memoryview | str | int | float, Any] = {
            "attempt": self.attempt,
            "worker": "bench",
            "machine": MACHINE,
            "device": "cpu",
            "until": far,
        }
        client.hset(keys.claim(self.run_id), mapping=claim)
        folder = self.yard.home.run(self.run_id)
        journal = Journal(folder, self.attempt)
        self.telemetry = Telemetry(client, self.run_id, journal)

    def emit(self, event: Spec) -> None:
        """Any event."""
        self.telemetry.emit(event)

    def begin(self) -> None:
        """Claimed and started; an attempt after the first one says that it resumed."""
        self.emit(Claimed(attempt=self.attempt, worker="bench", machine=MACHINE, device="cpu"))
        self.emit(
            Started(
                step=self.step,
                task="classification",
                device="cpu",
                device_name="synthetic processor",
                parameters=93_322,
                epochs=self.total_steps // STEPS_PER_EPOCH,
                steps_per_epoch=STEPS_PER_EPOCH,
                total_steps=self.total_steps,
                samples={"train": 3_200, "validation": 800, "test": 1_000},
                resumed="exact" if self.attempt > 1 else "",
            )
        )

    def steps(self, count: int, *, loss: float | None = None) -> None:
        """`count` steps that end now; a falling, noisy loss unless one is given."""
        now = time.time()
        numbers = range(self.step + 1, self.step + count + 1)
        losses = [_loss(number) if loss is None else loss for number in numbers]
        self.step += count
        self.emit(
            Steps(
                step=self.step,
                epoch=1 + (self.step - 1) // STEPS_PER_EPOCH,
                seconds=[now - 0.001 * (self.step - number) for number in numbers],
                metrics={
                    "train/loss": losses,
                    "train/learning_rate": [1e-3 * _cosine(n, self.total_steps) for n in numbers],
                    "train/gradient_norm": [2 * value + 0.1 for value in losses],
                },
            )
        )

    def evaluate(self) -> None:
        """An evaluation of the validation part."""
        loss = 0.12 + 2.1 * math.exp(-self.step / 180)
        metrics = {"loss": loss, "accuracy": 1 - 0.4 * loss, "f1": 0.99 - 0.4 * loss}
        epoch = self.step // STEPS_PER_EPOCH
        self.emit(Evaluation(step=self.step, split="validation", epoch=epoch, metrics=metrics))

    def checkpoint(self) -> None:
        """A checkpoint that only this event knows of."""
        name = f"step-{self.step}-a{self.attempt}"
        self.emit(Checkpoint(step=self.step, name=name, bytes=1_000_000, seconds=0.02))

    def hardware(self, machine: str = "") -> None:
        """A sample of the machine, or of one of several."""
        wave = math.sin(time.time() / 3)
        gib = 2**30
        self.emit(
            Hardware(
                step=self.step,
                machine=machine,
                cpu=62 + 20 * wave,
                process_cpu=110,
                memory_used=int((5.1 + 0.2 * wave) * gib),
                memory_total=16 * gib,
                process_memory=int(0.9 * gib),
            )
        )

    def finish(self) -> None:
        """The last word."""
        self.emit(Finished(step=self.step, reason="completed"))

    def close(self) -> bool:
        """Whether everything was delivered."""
        return self.telemetry.close()


def _loss(step: int) -> float:
    noise = math.sin(step * 12.9898) * 43758.5453
    return 2.2 * math.exp(-step / 150) + 0.08 + 0.12 * (noise - math.floor(noise))


def _cosine(step: int, total: int) -> float:
    return 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))


@contextmanager
def training(writers: Sequence[Writer], steps: int) -> Iterator[None]:
    """Each writer tells so many steps every 0.1 s, as long as the block lasts."""
    ending = threading.Event()

    def go() -> None:
        while not ending.wait(PERIOD_SECONDS):
            for writer in writers:
                writer.steps(steps)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
