"""Compares runs that were killed with the undisturbed one: point by point, weight by weight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from engine.saving.checkpoint import Checkpoints
from jobs.history.points import Points, join
from jobs.history.schema import CHUNKS
from jobs.measures import by_clock
from jobs.services import runs
from jobs.yard import Yard

WEIGHTS = ("model.safetensors", "best.safetensors", "optimizer.safetensors")


@dataclass(frozen=True)
class Result:
    """What a run left: its curves, every stored point of them, and its weights."""

    run_id: str
    curves: Mapping[str, Points]
    weights: Mapping[str, bytes]
    finished: bool

    @property
    def points(self) -> int:
        """Stored points, of all curves."""
        return sum(len(each) for each in self.curves.values())


@dataclass(frozen=True)
class Verdict:
    """One run against the undisturbed one."""

    run_id: str
    points: int
    lost: int
    """points that the undisturbed run has"""
    doubled: int
    """points of a step that has one already"""
    different: int
    """points with another value, or of a step that the undisturbed run never took"""
    weights_equal: bool
    finished: bool

    @property
    def good(self) -> bool:
        """Whether nobody could tell that anything was killed."""
        return self.weights_equal and self.finished and not self.wrong

    @property
    def wrong(self) -> int:
        """Points that are not as they should be."""
        return self.lost + self.doubled + self.different


def result(yard: Yard, run_id: str) -> Result:
    """What the run left in the history and in its folder."""
    query = (
        select(CHUNKS.c.metric, CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings)
        .where(CHUNKS.c.run == run_id)
        .order_by(CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.first_seq)
    )
    parts: dict[str, list[Points]] = defaultdict(list)
    with yard.history.reading() as connection:
        for row in connection.execute(query):
            if not by_clock(row.metric):
                parts[row.metric].append(Points.unpack(row.steps, row.seconds, row.readings))
    loaded, _ = Checkpoints(yard.home.run(run_id) / "checkpoints", 0).newest()
    files = loaded.files if loaded else {}
    return Result(
        run_id,
        {metric: join(each) for metric, each in parts.items()},
        {name: files.get(name, b"") for name in WEIGHTS},
        runs.get(yard, run_id).status == "finished",
    )


def judge(found: Result, reference: Result) -> Verdict:
    """How `found` differs from the run that nobody disturbed."""
    lost = doubled = different = 0
    for metric in found.curves.keys() | reference.curves.keys():
        points = found.curves.get(metric, Points.empty())
        expected = reference.curves.get(metric, Points.empty())
        steps, first = np.unique(points.steps, return_index=True)
        doubled += len(points) - len(steps)
        lost += len(np.setdiff1d(expected.steps, steps))
        different += _different(points.take(first), expected)
    return Verdict(
        found.run_id,
        found.points,
        lost,
        doubled,
        different,
        bool(found.weights["model.safetensors"]) and found.weights == reference.weights,
        found.finished,
    )


def _different(points: Points, expected: Points) -> int:
    """Steps whose value is not bit for bit the expected one, or that were not expected at all."""
    _, mine, theirs = np.intersect1d(points.steps, expected.steps, return_indices=True)
    bits = points.values[mine].view(np.int32) != expected.values[theirs].view(np.int32)
    return int(bits.sum()) + len(points) - len(mine)


def judge_all(
    yard: Yard, lanes: Mapping[str, int], undisturbed: Sequence[str]
) -> tuple[Verdict, ...]:
    """Every run against the undisturbed one of its lane; `lanes` by run id."""
    references = {lanes[run_id]: result(yard, run_id) for run_id in undisturbed}
    return tuple(
        judge(result(yard, run_id), references[lane])
        for run_id, lane in lanes.items()
        if run_id not in undisturbed
    )
