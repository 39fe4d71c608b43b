"""What chaos plans, and that its verdict would notice what it says it looks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.config import RunConfig
from jobs.chaos.lanes import Progress
from jobs.chaos.plan import LONGEST_PAUSE, VICTIMS, Kill, Victim, plan
from jobs.chaos.recovery import Felt
from jobs.chaos.table import BEGIN, END, Report, replaced, spread
from jobs.chaos.verdict import WEIGHTS, Result, Verdict, judge
from jobs.history.points import Points
from jobs.services import runs
from jobs.yard import Yard

STEPS = list(range(1, 101))


def curve(steps: Sequence[int]) -> Points:
    return Points.of(steps, [float(each) for each in steps], [1.0 / each for each in steps])


def result(points: Points, weights: bytes = b"weights", finished: bool = True) -> Result:
    return Result("run", {"train/loss": points}, dict.fromkeys(WEIGHTS, weights), finished)


REFERENCE = result(curve(STEPS))


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan(1000, 7) == plan(1000, 7)
    assert plan(1000, 7) != plan(1000, 8)
    assert Counter(kill.victim for kill in plan(1000, 7)) == {
        "trainer": 650,
        "worker": 120,
        "recorder": 100,
        "valkey": 80,
        "dashboard": 50,
    }
    assert {kill.victim for kill in plan(100, 7)} == set(VICTIMS)
    assert all(0 <= kill.pause <= LONGEST_PAUSE for kill in plan(100, 7))
    assert len(plan(1, 7)) == 1


def test_what_is_the_same_is_good() -> None:
    verdict = judge(result(curve(STEPS)), REFERENCE)
    assert verdict == Verdict("run", 100, 0, 0, 0, weights_equal=True, finished=True)
    assert verdict.good


@pytest.mark.parametrize(
    ("found", "lost", "doubled", "different"),
    [
        (result(curve(STEPS[:-1])), 1, 0, 0),
        (result(curve([*STEPS[:50], *STEPS[60:]])), 10, 0, 0),
        (result(curve([*STEPS, 40, 41])), 0, 2, 0),
        (result(curve([*STEPS, 101])), 0, 0, 1),
        (Result("run", {}, REFERENCE.weights, True), 100, 0, 0),
    ],
)
def test_what_is_lost_doubled_or_too_much_is_counted(
    found: Result, lost: int, doubled: int, different: int
) -> None:
    verdict = judge(found, REFERENCE)
    assert (verdict.lost, verdict.doubled, verdict.different) == (lost, doubled, different)
    assert not verdict.good


def test_the_last_bit_of_a_value_counts() -> None:
    points = curve(STEPS)
    values = points.values.copy()
    values.view(np.int32)[30] ^= 1
    assert judge(result(replace(points, values=values)), REFERENCE).different == 1


def test_other_weights_none_at_all_or_no_end_are_not_good() -> None:
    for found in (
        result(curve(STEPS), b"other"),
        result(curve(STEPS), b""),
        result(curve(STEPS), finished=False),
    ):
        assert not judge(found, REFERENCE).good
    assert not judge(result(curve(STEPS), b""), result(curve(STEPS), b"")).good


def test_a_run_has_recovered_with_a_step_of_another_attempt(yard: Yard) -> None:
    """A trainer whose worker was killed takes a few steps more and says how it ended."""
    run = replace(runs.get(yard, runs.launch(yard, RunConfig())), status="running", attempt=3)
    cases: tuple[tuple[Victim, float, int, bool], ...] = (
        ("worker", 99.0, 3, False),
        ("worker", 101.0, 3, False),
        ("worker", 101.0, 4, True),
        ("recorder", 99.0, 3, False),
        ("recorder", 101.0, 3, True),
    )
    for victim, newest, attempt, recovered in cases:
        felt = Felt(Kill(1, victim, 0.0, 0.0), frozenset({run.id}), {run.id: 3}, 100.0)
        felt.look({run.id: Progress(run, attempt, newest)})
        assert (felt.recovered is not None) == recovered, (victim, newest, attempt)


def test_the_table_has_a_row_for_each_victim_and_the_whole() -> None:
    felt = [
        Felt(Kill(number, victim, 0.0, 0.0), frozenset(), {}, 0.0, 0.25, 1.5)
        for number, victim in enumerate(VICTIMS, start=1)
    ]
    verdict = judge(result(curve(STEPS)), REFERENCE)
    report = Report(7, 2, 60.0, felt, [verdict, replace(verdict, lost=3)])
    lines = report.lines()
    assert lines[2] == "| trainer | 1 | 0.25 / 0.25 s | 1.50 / 1.50 s |"
    assert lines[7].startswith("| **all** | 5 |")
    assert "5 kills, 2 runs, 200 points: 3 lost, 0 doubled" in lines[-1]
    assert "Seed 7, 2 workers" in lines[-1]
    assert not report.good
    text = replaced(f"before\n{BEGIN}\nold\n{END}\nafter", lines)
    assert text.startswith(f"before\n{BEGIN}\n| killed")
    assert text.endswith(f"{END}\nafter")
    with pytest.raises(ValueError, match="has no"):
        replaced("nothing", lines)


def test_spread_is_median_and_99th_percentile() -> None:
    assert spread([]) == "-"
    assert spread([index / 100 for index in range(100)]) == "0.50 / 0.99 s"
