"""A run of two processes, one of which is killed: a crash like any other, and no failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.home import Home
from jobs.services import runs
from jobs.yard import Yard
from tests.engine.small import small
from tests.jobs.stack import ROOT, Stack, until

pytestmark = pytest.mark.alone

TEAM = ("hardware.devices=2", "training.epochs=200", "training.checkpoint_seconds=0.2")


MOODY = '''
from typing import Literal

from engine.models.base import ModelSpec


class Moody(ModelSpec):
    """Refuses to work on the second device."""

    title = "Moody net"
    tasks = ("classification",)
    modalities = ("image",)
    kind: Literal["moody"] = "moody"

    def build(self, card):
        from torch import distributed, nn

        class Net(nn.Sequential):
            def forward(self, images):
                if distributed.is_initialized() and distributed.get_rank() == 1:
                    raise ValueError("not on this device")
                return super().forward(images)

        return Net(nn.Flatten(), nn.Linear(card.features, card.outputs))
'''


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of models whose only one fails on rank 1."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "moody.py").write_text(MOODY)
    monkeypatch.setenv("TRAINYARD_MODELS", str(folder))


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    """A recorder and a worker."""
    running = Stack(home)
    running.start("recorder")
    running.start("worker", "--device", "cpu")
    yield running
    running.end()


def other_rank(stack: Stack) -> psutil.Process:
    """The process of rank 1."""
    first, rank = sorted(stack.trainers(), key=lambda each: each.create_time())
    assert first.pid < rank.pid
    return rank


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_a_killed_rank_is_a_crash_and_the_run_goes_on(yard: Yard, stack: Stack) -> None:
    calm, hurt = (runs.launch(yard, small(*TEAM)) for _ in range(2))
    until(lambda: bool(yard.history.records(hurt, "checkpoint")), "a checkpoint", 300)
    other_rank(stack).kill()
    until(lambda: runs.get(yard, hurt).over, "the end", 300)

    assert [runs.get(yard, each).status for each in (calm, hurt)] == ["finished"] * 2, (
        stack.printed()
    )
    first, second = yard.history.attempts(hurt)
    assert first.reason == "crashed"
    assert "process 2 of the 2 that train this run died: killed by signal 9" in first.cause
    assert second.resumed == "exact"
    assert second.resume_step > 0
    (undisturbed,) = yard.history.attempts(calm)
    assert undisturbed.reason == "completed"
    whole, mended = (yard.history.curve(each, "train/loss") for each in (calm, hurt))
    assert mended.steps.tolist() == whole.steps.tolist()
    assert mended.values.tolist() == whole.values.tolist()


@pytest.mark.slow
@pytest.mark.usefixtures("models")
@pytest.mark.timeout(200)
def test_a_rank_that_says_why_it_ends_is_a_failure(home: Home, yard: Yard, stack: Stack) -> None:
    words = ("model=moody", "data=digits", "hardware.devices=2", "training.epochs=2")
    # A process of its own: `trainyard` forks one that may have read the models before.
    done = subprocess.run(
        [sys.executable, "-m", "jobs.cli", "launch", *words, "--wait"],
        cwd=ROOT,
        env={**os.environ, "TRAINYARD_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.stdout, done.stderr + stack.printed()
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["status"] == "failed", done.stdout + done.stderr + stack.printed()
    (only,) = yard.history.attempts(last["run"])
    assert only.reason == "failed"
    assert only.cause.endswith("train this run died: ValueError: not on this device")
