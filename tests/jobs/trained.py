"""A run of the yard that has checkpoints, trained in this process without worker or recorder."""

from __future__ import annotations

from engine.settings.command import override
from engine.train import train
from jobs.services import runs
from jobs.yard import Yard
from tests.engine.small import small


def trained(yard: Yard, *words: str, step: int = 100) -> str:
    """Its id; it is closed at its first flush from `step` on, in the middle of an epoch."""
    config = small("training.batch_size=2", "training.epochs=2", "training.checkpoint_seconds=3600")
    run_id = runs.launch(yard, override(config, words))
    go_on(yard, run_id, step)
    return run_id


def go_on(yard: Yard, run_id: str, step: int) -> None:
    """From where it is, to its first flush from `step` on."""
    running = train(runs.get(yard, run_id).config, yard.home.run(run_id))
    for event in running:
        if event.kind == "steps" and event.step >= step:
            running.close()
