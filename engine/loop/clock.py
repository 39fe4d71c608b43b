"""Where the time of a training goes: waiting for data, steps, evaluations, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar, get_args

from engine.events import Timing

TELL_SECONDS = 1.0
"""the least between two timings"""

Item = TypeVar("Item")
Activity = Literal["data", "compute", "evaluation", "checkpoint"]
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)


class Clock:
    """Counts seconds for one activity at a time; what is nothing else is a step: `compute`.

    On a GPU a step is over when its loss is fetched, so the fetching belongs to it.
    """

    def __init__(self) -> None:
        self.turned = self.began = time.perf_counter()
        self.spent: dict[Activity, float] = dict.fromkeys(ACTIVITIES, 0.0)
        self.totals = dict(self.spent)

    def over(self, activity: Activity, items: Iterable[Item]) -> Iterator[Item]:
        """The items; making each counts as `activity`, what is done with it does not.

        Costs 0.4 µs an item.
        """
        making = iter(items)
        while True:
            self._count("compute")
            try:
                item = next(making)
            except StopIteration:
                return
            finally:
                self._count(activity)
            yield item

    def due(self) -> bool:
        """Whether a second has passed since the last timing."""
        return time.perf_counter() - self.began >= TELL_SECONDS

    def timing(self, step: int) -> Timing:
        """What the time since the last timing went into; begins anew."""
        self._count("compute")
        for activity, seconds in self.spent.items():
            self.totals[activity] += seconds
        told = {"step": step, "seconds": self.turned - self.began, "totals": dict(self.totals)}
        event = Timing.model_validate({**self.spent, **told})
        self.began, self.spent = self.turned, dict.fromkeys(ACTIVITIES, 0.0)
        return event

    def tell_when_due(self, step: int) -> Iterator[Timing]:
        """A timing if one is due."""
        if self.due():
            yield self.timing(step)

    def _count(self, activity: Activity) -> None:
        """The time since the last turn was that of `activity`."""
        now = time.perf_counter()
        self.spent[activity] += now - self.turned
        self.turned = now
