"""Events as they come from a run's stream: unpacked, put in order, cut at a position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard.live.frames import Points, encode
from engine.events import Evaluation, Gradients, Hardware, Steps, Timing
from jobs import telemetry
from jobs.events import RECORD, Record
from jobs.measures import measures

Position = tuple[int, int]
"""attempt and seq of the last event known"""


@dataclass(frozen=True)
class Told:
    """One event and its place in the run's story."""

    position: Position
    event: Record


def unpack(entries: Iterable[tuple[bytes, dict[bytes, bytes]]], after: Position) -> list[Told]:
    """The events of stream entries that come after a position, each once, in order."""
    told = []
    for entry_id, fields in entries:
        attempt = int(entry_id.split(b"-")[0])
        for seq, event in telemetry.unpack(fields):
            if (attempt, seq) > after:
                after = (attempt, seq)
                told.append(Told(after, RECORD.validate_python(event)))
    return told


def has_gap(told: list[Told], after: Position) -> bool:
    """Whether an event is missing between `after` and the last one told."""
    for item in told:
        expected = {(after[0], after[1] + 1)}
        if item.position not in expected and not (
            item.position[0] > after[0] and item.position[1] == 1
        ):
            return True
        after = item.position
    return False


def points(told: Iterable[Told]) -> dict[str, Points]:
    """The points of all events, by metric, named as the recorder names them."""
    columns: dict[str, tuple[list[int], list[float], list[float]]] = defaultdict(
        lambda: ([], [], [])
    )
    for item in told:
        for metric, steps, seconds, values in measures(item.event):
            column = columns[metric]
            column[0].extend(steps)
            column[1].extend(seconds)
            column[2].extend(values)
    return {metric: Points.of(*column) for metric, column in columns.items()}


def facts(told: Iterable[Told]) -> list[dict[str, Any]]:
    """Everything said that is not a point of a curve. The numbers of evaluations are points."""
    return [
        {
            "attempt": item.position[0],
            "seq": item.position[1],
            **item.event.to_dict(),
        }
        for item in told
        if not isinstance(item.event, Steps | Gradients | Timing | Hardware | Evaluation)
    ]


def progress(told: list[Told]) -> dict[str, Any]:
    """Where training is after these events; empty when they do not tell."""
    for item in reversed(told):
        event = item.event
        if isinstance(event, Steps):
            where = {"step": event.step, "epoch": event.epoch, "time": event.time}
            return {**where, "fold": event.fold} if event.fold else where
    return {}


@dataclass(frozen=True)
class Batch:
    """Consecutive events of a run, encoded once for all who have seen everything before them."""

    run: str
    told: list[Told]

    @property
    def position(self) -> Position:
        """Place of the last event."""
        return self.told[-1].position

    @cached_property
    def frame(self) -> bytes:
        """The frame most viewers get."""
        return self._encode(self.told)

    def after(self, position: Position) -> bytes | None:
        """The frame for a viewer who knows everything up to `position`; None when it knows all."""
        if position >= self.position:
            return None
        if position < self.told[0].position:
            return self.frame
        return self._encode([item for item in self.told if item.position > position])

    def _encode(self, told: list[Told]) -> bytes:
        header = {
            "kind": "delta",
            "run": self.run,
            "facts": facts(told),
            "progress": progress(told),
        }
        return encode(header, points(told))
