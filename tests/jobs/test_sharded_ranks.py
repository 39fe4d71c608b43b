"""A run whose model lies in parts on two processes, each of which is killed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jobs.home import Home
from jobs.services import runs
from jobs.yard import Yard
from tests.engine.small import small
from tests.jobs.stack import Stack, until

pytestmark = [pytest.mark.alone, pytest.mark.slow]

TEAM = (
    *("hardware.devices=2", "hardware.weights=sharded"),
    *("training.epochs=100", "training.checkpoint_seconds=0.2"),
)


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    """A recorder and a worker."""
    running = Stack(home)
    running.start("recorder")
    running.start("worker", "--device", "cpu")
    yield running
    running.end()


def saved(yard: Yard, run: str, attempt: int) -> Callable[[], bool]:
    """Whether that attempt, or a later one, has told of a checkpoint."""
    return lambda: bool(yard.history.records(run, "checkpoint", (attempt, 0)))


@pytest.mark.timeout(700)
def test_either_rank_may_be_killed(yard: Yard, stack: Stack) -> None:
    calm, hurt = (runs.launch(yard, small(*TEAM)) for _ in range(2))
    for attempt, rank in ((1, 1), (2, 0)):
        until(saved(yard, hurt, attempt), "a checkpoint", 300)
        sorted(stack.trainers(), key=lambda each: each.create_time())[rank].kill()
    until(lambda: runs.get(yard, hurt).over, "the end", 300)

    assert [runs.get(yard, each).status for each in (calm, hurt)] == ["finished"] * 2, (
        stack.printed()
    )
    first, second, third = yard.history.attempts(hurt)
    assert "process 2 of the 2 that train this run died: killed by signal 9" in first.cause
    assert [each.reason for each in (first, second, third)] == ["crashed", "crashed", "completed"]
    assert [each.resumed for each in (second, third)] == ["exact", "exact"]
    whole, mended = (yard.history.curve(each, "train/loss") for each in (calm, hurt))
    assert mended.steps.tolist() == whole.steps.tolist()
    assert mended.values.tolist() == whole.values.tolist()
