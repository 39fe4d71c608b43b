"""Where the time went: told about once a second, all of it, and never part of what is resumed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from engine.events import Event, Finished, Timing
from engine.loop import clock as measured
from engine.loop.clock import Clock
from engine.train import train
from jobs.measures import measures
from tests.engine.small import small

BUSY_SECONDS = 0.02


def busy(seconds: float = BUSY_SECONDS) -> None:
    """Takes at least so long; on a busy machine longer."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def slow(count: int) -> Iterator[int]:
    """Items that take their time to make."""
    for number in range(count):
        busy()
        yield number


def test_making_an_item_and_using_it_are_two_things() -> None:
    clock = Clock()
    for _ in clock.over("data", slow(4)):
        busy(2 * BUSY_SECONDS)
    list(clock.over("evaluation", slow(2)))
    told = clock.timing(step=7)
    assert told.step == 7
    assert told.data >= 4 * BUSY_SECONDS
    assert told.compute >= 8 * BUSY_SECONDS
    assert told.evaluation >= 2 * BUSY_SECONDS
    assert told.checkpoint == 0
    assert told.data + told.compute + told.evaluation == pytest.approx(told.seconds)
    again = clock.timing(step=8)
    assert again.seconds < BUSY_SECONDS
    assert again.data == 0


def test_what_fails_while_it_is_made_is_counted_too() -> None:
    def broken(number: int) -> int:
        busy()
        raise ValueError(f"no batch {number}")

    clock = Clock()
    with pytest.raises(ValueError, match="no batch 3"):
        list(clock.over("data", map(broken, [3])))
    assert clock.timing(0).data >= BUSY_SECONDS


def test_a_run_tells_where_all_its_time_went(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "TELL_SECONDS", 0.0)
    events = list(train(small("training.epochs=2")))
    told = timings(events)
    assert len(told) > 1
    for each in told:
        parts = each.data + each.compute + each.evaluation + each.checkpoint
        assert parts == pytest.approx(each.seconds)
    assert sum(each.compute for each in told) > 0
    assert sum(each.evaluation for each in told) > 0
    assert told[-1].totals["data"] == pytest.approx(sum(each.data for each in told))
    curves = {metric: values for metric, _, _, values in measures(told[-1])}
    assert curves["time/compute"] == [told[-1].totals["compute"]]
    assert isinstance(events[-1], Finished)
    assert events[-2] == told[-1], "the time of the test is told before the last word"


def test_a_short_run_tells_once() -> None:
    assert timings(list(train(small("training.epochs=1"))))[-1].step == 8


def timings(events: list[Event]) -> list[Timing]:
    """Those among the events."""
    return [event for event in events if isinstance(event, Timing)]
