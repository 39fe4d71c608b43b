"""How long a kill was felt: until the page knew of it, and until the next new step stood there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.chaos.lanes import Progress
from jobs.chaos.plan import TRAINING, Kill


@dataclass
class Felt:
    """What a kill did, as the history, which the pages read, shows it. Times in seconds."""

    kill: Kill
    runs: frozenset[str]
    """those that the killed process trained, or all where it served all of them"""
    attempts: Mapping[str, int]
    """the newest attempt of each at the kill"""
    at: float
    """unix time of the kill"""
    shown: float | None = None
    """until the death of a trainer was on the page"""
    recovered: float | None = None
    """until a step stood there that was made after the kill"""

    def look(self, progress: Mapping[str, Progress]) -> None:
        """Notes what has happened by now."""
        now = time.time()
        concerned = [progress[run] for run in self.runs if run in progress]
        if (
            self.kill.victim == "trainer"
            and self.shown is None
            and any(map(self._shows, concerned))
        ):
            self.shown = now - self.at
        if not concerned or any(map(self._goes_on, concerned)):
            self.recovered = now - self.at

    def _goes_on(self, each: Progress) -> bool:
        """A trainer that lost its worker still takes a few steps: they do not count."""
        another = each.attempt > self.attempts.get(each.run.id, 0)
        trains = another or self.kill.victim not in TRAINING
        return each.run.over or (trains and each.newest > self.at)

    def _shows(self, each: Progress) -> bool:
        ended = each.run.status != "running"
        return ended or each.run.attempt > self.attempts.get(each.run.id, 0)
