"""The whole way with real processes: command line, queue, worker, trainer, recorder, history."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from engine.config import RunConfig
from engine.settings.command import override
from jobs.home import Home
from jobs.run import Run
from jobs.services import commands, runs
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.stack import Stack, until

pytestmark = pytest.mark.alone

LONG = [
    "preset=digits_mlp",
    "hardware.threads=1",
    "training.epochs=400",
    "training.checkpoint_seconds=0.2",
]


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    """A recorder and a worker."""
    running = Stack(home)
    running.start("recorder")
    running.start("worker", "--device", "cpu")
    yield running
    running.end()


def finished(yard: Yard, stack: Stack, run_id: str, seconds: float = 90) -> Run:
    """The run once it is over; with what the processes printed when it is not in time."""
    try:
        until(lambda: runs.get(yard, run_id).over, "the end of the run", seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{runs.get(yard, run_id)}\n{stack.printed()}") from error
    return runs.get(yard, run_id)


def test_launch_and_wait(home: Home, yard: Yard, stack: Stack) -> None:
    done = trainyard(
        "launch", "preset=iris_mlp", "training.epochs=3", "--wait", "--name", "one", home=home
    )
    assert done.returncode == 0, done.stderr + stack.printed()
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said[0]["kind"] == "launched"
    assert said[-1]["status"] == "finished"
    kinds = [each["kind"] for each in said]
    assert {"claimed", "started", "progress", "evaluation", "finished"} <= set(kinds)
    run = runs.get(yard, said[0]["run"])
    assert run.name == "one"
    assert 0 < run.test["accuracy"] <= 1
    table = trainyard("metrics", "one", "--csv", "--metric", "train/loss", home=home)
    rows = list(csv.DictReader(table.stdout.splitlines()))
    assert [int(row["step"]) for row in rows] == list(range(1, (run.total_steps or 0) + 1))
    logs = trainyard("logs", run.id[:12].lower(), home=home)
    assert "completed" in logs.stdout


@pytest.mark.slow
def test_a_killed_trainer_goes_on_and_its_curves_are_those_of_an_undisturbed_run(
    yard: Yard, stack: Stack
) -> None:
    config = override(RunConfig(), LONG)
    calm = runs.launch(yard, config)
    finished(yard, stack, calm)
    rough = runs.launch(yard, config)
    for attempt in (1, 2):
        until(
            lambda a=attempt: _saved(yard, rough, a),  # type: ignore[misc]
            f"a checkpoint of attempt {attempt}",
        )
        for trainer in stack.trainers():
            os.kill(trainer.pid, signal.SIGKILL)
        if attempt == 1:
            stack.kill("recorder")
            stack.start("recorder")
    run = finished(yard, stack, rough)
    assert (run.status, run.attempts, run.diverged) == ("finished", 3, False)
    assert run.resumed == "exact"
    ends = [each.reason for each in yard.history.attempts(rough)]
    assert ends == ["crashed", "crashed", "completed"]
    for metric in ("train/loss", "train/gradient_norm", "validation/loss"):
        expected, curve = yard.history.curve(calm, metric), yard.history.curve(rough, metric)
        np.testing.assert_array_equal(curve.steps, expected.steps)
        np.testing.assert_array_equal(curve.values, expected.values)
    assert run.test == runs.get(yard, calm).test


def _saved(yard: Yard, run_id: str, attempt: int) -> bool:
    run = runs.get(yard, run_id)
    assert not run.over, run
    saved = [record.attempt for record in yard.history.records(run_id, "checkpoint")]
    return run.attempt == attempt and run.status == "running" and attempt in saved


def test_a_stop_saves_and_ends(yard: Yard, stack: Stack) -> None:
    run_id = runs.launch(yard, override(RunConfig(), [*LONG, "training.epochs=3000"]))
    until(lambda: runs.get(yard, run_id).step > 20, "twenty steps")
    commands.ask(yard, run_id, "stop")
    run = finished(yard, stack, run_id, 20)
    assert run.status == "stopped"
    commands.ask(yard, run_id, "stop")
    assert runs.get(yard, run_id).status == "stopped", "asked twice it is stopped once"
    with pytest.raises(runs.NotPossible, match="ended already"):
        commands.ask(yard, run_id, "pause")
