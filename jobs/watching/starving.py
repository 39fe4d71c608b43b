"""Starving: steps wait for their data more than they compute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from engine.events import Alert, Timing

SPAN_SECONDS = 60.0


@dataclass
class Starving:
    """`limit` is a share of the time in steps."""

    limit: float
    recent: deque[Timing] = field(default_factory=deque)
    told: bool = False

    def hear(self, timing: Timing) -> Alert | None:
        """Of the last minute of steps: evaluations and checkpoints are nobody's waiting."""
        self.recent.append(timing)
        steps = sum(each.data + each.compute for each in self.recent)
        while steps - _steps(self.recent[0]) >= SPAN_SECONDS:
            steps -= _steps(self.recent.popleft())
        if steps < SPAN_SECONDS:
            return None
        waited = sum(each.data for each in self.recent)
        if waited < self.limit / 2 * steps:
            self.told = False
        if self.told or waited < self.limit * steps:
            return None
        self.told = True
        message = (
            f"the steps starve: {waited / steps:.0%} of the last {steps:.0f} s went into waiting "
            "for batches; keep the data on the device (hardware.data=device), use fewer or cheaper "
            "augmentations, or a larger model on this machine"
        )
        return Alert(code="data-starving", message=message, step=timing.step)


def _steps(timing: Timing) -> float:
    return timing.data + timing.compute
