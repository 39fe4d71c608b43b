"""Runs of a million points, as the recorder would have stored them over hours."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np

from bench.writer import MACHINE, save
from engine.config import RunConfig
from engine.events import Finished, Started, Steps
from jobs.events import Claimed
from jobs.history import runs as rows
from jobs.recording.store import Heard, store
from jobs.yard import Yard

SPIKE = 9.0
"""the value of the one step that stands out"""

BATCH_STEPS = 500
BATCH_EVENTS = 100


def make(yard: Yard, points: int, *, seed: int = 0) -> str:
    """A finished run of so many steps, each with a loss, a rate and a gradient norm.

    One step, `spike_step(points)`, has a loss of `SPIKE`. Returns the run's id.
    """
    run_id = save(yard, RunConfig.model_validate({"name": f"Long {seed}"}))
    heard: list[Heard] = []
    for seq, event in enumerate(_events(points, seed), 1):
        heard.append(Heard(1, seq, event))
        if len(heard) == BATCH_EVENTS:
            _store(yard, run_id, heard)
            heard = []
    _store(yard, run_id, heard)
    # Nothing more will happen to it: the recorder need not look after it.
    with yard.history.writing() as connection:
        rows.desire(connection, [run_id], "stopped")
    return run_id


def spike_step(points: int) -> int:
    """Where the loss jumps for one step: at no round place."""
    return int(points * 0.6180339887)


def _store(yard: Yard, run_id: str, heard: list[Heard]) -> None:
    if heard:
        with yard.history.writing() as connection:
            store(connection, run_id, heard)


def _events(points: int, seed: int) -> Iterator[Claimed | Started | Steps | Finished]:
    chance = np.random.default_rng(seed)
    begin = time.time() - points * 0.01
    yield Claimed(attempt=1, worker="bench", machine=MACHINE, device="cpu", time=begin)
    yield Started(
        time=begin,
        task="classification",
        device="cpu",
        device_name="synthetic processor",
        parameters=93_322,
        epochs=10,
        steps_per_epoch=points // 10,
        total_steps=points,
        samples={"train": 3_200, "validation": 800, "test": 1_000},
    )
    for first in range(0, points, BATCH_STEPS):
        count = min(BATCH_STEPS, points - first)
        steps = np.arange(first + 1, first + count + 1)
        losses = 2 * np.exp(-steps / (points / 6)) + 0.1 + 0.05 * chance.standard_normal(count)
        losses[steps == spike_step(points)] = SPIKE
        rates = 1e-3 * 0.5 * (1 + np.cos(math.pi * steps / points))
        yield Steps(
            time=begin + 0.01 * (first + count),
            step=first + count,
            epoch=1 + first * 10 // points,
            seconds=(begin + 0.01 * steps).tolist(),
            metrics={
                "train/loss": losses.tolist(),
                "train/learning_rate": rates.tolist(),
                "train/gradient_norm": (2 * np.abs(losses)).tolist(),
            },
        )
    yield Finished(time=begin + 0.01 * points, step=points, reason="completed")
