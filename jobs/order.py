"""The order of the queue: priority, then place, then id. Pure: what moving runs makes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

PRIORITIES = {"high": 10, "normal": 0, "low": -10}
"""names people use; any whole number up to `MOST` is one"""

MOST = 100
STEP_SECONDS = 1e-3
"""between places that are made anew; a place is at first the unix second of the launch"""


@dataclass(frozen=True)
class Seat:
    """A run and where it stands."""

    id: str
    priority: int
    place: float


def moved(queue: Sequence[Seat], ids: Collection[str], before: str | None) -> list[Seat]:
    """The seats that change when these runs are put right before another one (None: at the end).

    `queue` is all that waits, in order. They keep their order among themselves, and take the
    priority of the run they are put before, at the end that of the last one: so they stand exactly
    there. Put before one of themselves, they come where the next other one is.
    """
    mine = [each for each in queue if each.id in ids]
    others = [each for each in queue if each.id not in ids]
    if not mine or not others:
        return []
    cut = _cut(queue, others, before)
    left, right = others[:cut], others[cut:]
    priority = right[0].priority if right else left[-1].priority
    alike = [each for each in left if each.priority == priority]
    places = _between(
        alike[-1].place if alike else None, right[0].place if right else None, len(mine)
    )
    if places is None:
        same = [*alike, *mine, *(each for each in right if each.priority == priority)]
        return _anew(same, priority)
    new = [replace(each, priority=priority, place=p) for each, p in zip(mine, places, strict=True)]
    return [each for each, old in zip(new, mine, strict=True) if each != old]


def _cut(queue: Sequence[Seat], others: Sequence[Seat], before: str | None) -> int:
    """How many of the others come first."""
    if before is None:
        return len(others)
    names = [each.id for each in queue]
    if before not in names:
        return len(others)
    known = {each.id for each in others}
    return sum(name in known for name in names[: names.index(before)])


def _between(low: float | None, high: float | None, count: int) -> list[float] | None:
    """So many rising places strictly between; None where floats are not that fine."""
    if low is None and high is None:
        return [float(each) for each in range(count)]
    if low is None:
        assert high is not None
        places = [high - STEP_SECONDS * (count - each) for each in range(count)]
    elif high is None:
        places = [low + STEP_SECONDS * (each + 1) for each in range(count)]
    else:
        places = [low + (high - low) * (each + 1) / (count + 1) for each in range(count)]
    edges = [*([] if low is None else [low]), *places, *([] if high is None else [high])]
    rising = all(one < other for one, other in pairwise(edges))
    return places if rising else None


def _anew(same: Sequence[Seat], priority: int) -> list[Seat]:
    """All of one priority, evenly, none later than the last of them was: new runs come behind."""
    last = max(each.place for each in same)
    return [
        replace(each, priority=priority, place=last - STEP_SECONDS * (len(same) - 1 - number))
        for number, each in enumerate(same)
    ]
