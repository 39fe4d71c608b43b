"""Which checkpoints a run came by: an attempt that was given up may yet have saved some.

Attempt 1 on a machine that was cut off goes on, while attempt 2 went on elsewhere from what the
store had. What attempt 1 saves after that point is none that a later attempt may go on from:
attempt 2 may have been told otherwise. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.saving.names import Published


class Moment(NamedTuple):
    """A place in a training; the later one is the larger."""

    fold: int = 0
    """0 without folds"""
    step: int = 0
    evaluated: bool = False

    @classmethod
    def of(cls, name: Published, fold: int) -> Moment:
        """That of a checkpoint."""
        return cls(fold, name.step, name.evaluated)

    def encode(self) -> bytes:
        """JSON."""
        return json.dumps(list(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Moment | None:
        """None where it is not what was written."""
        try:
            fold, step, evaluated = json.loads(content)
            return cls(int(fold), int(step), bool(evaluated))
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True)
class Lineage:
    """By attempt, where it went on; of those that wrote it down, all but the first."""

    began: Mapping[int, Moment]

    @property
    def latest(self) -> int:
        """The last attempt that is known here; 0 without one."""
        return max(self.began, default=0)

    def holds(self, name: Published, fold: int = 0) -> bool:
        """Whether the run came by this checkpoint."""
        moment = Moment.of(name, fold)
        return all(
            moment <= begin for attempt, begin in self.began.items() if attempt > name.attempt
        )
