"""A disk without room: the page says that the run is held and by what, then that it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.config import RunConfig
from engine.settings.command import override
from jobs.home import Home
from jobs.services import commands, runs
from jobs.yard import Yard
from tests.jobs.stack import Stack, until

SHORT = ["preset=iris_mlp", "training.epochs=20", "training.checkpoint_seconds=0.1"]


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    running = Stack(home)
    running.start("recorder")
    yield running
    running.end()


def held(yard: Yard, run_id: str) -> str:
    """What holds the run up, as soon as something does."""
    until(lambda: runs.get(yard, run_id).status == "held", "the full disk", 90)
    return runs.get(yard, run_id).cause


def test_a_run_goes_on_when_there_is_room(yard: Yard, stack: Stack) -> None:
    full = ",".join(f"checkpoint.after_file@{visit}:enospc" for visit in range(1, 6))
    stack.start("worker", "--device", "cpu", fault=full)
    run_id = runs.launch(yard, override(RunConfig(), SHORT))
    assert re.match(r"The disk is full: needs .* in .*, .* free\. The run", held(yard, run_id))
    until(lambda: runs.get(yard, run_id).over, "the end", 90)
    run = runs.get(yard, run_id)
    assert (run.status, run.step, run.attempt) == ("finished", run.total_steps, 1)


def test_one_that_is_held_can_be_stopped(yard: Yard, stack: Stack) -> None:
    stack.start("worker", "--device", "cpu", fault="checkpoint.after_file@1+:enospc")
    run_id = runs.launch(yard, override(RunConfig(), SHORT))
    assert held(yard, run_id)
    commands.ask(yard, run_id, "stop")
    until(lambda: runs.get(yard, run_id).over, "the end", 90)
    assert runs.get(yard, run_id).status == "stopped"
