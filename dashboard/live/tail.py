"""Events as they come from a run's stream: unpacked, put in order, cut at a position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgpack

from dashboard.live.choice import ALL, Choice
from dashboard.live.frames import encode
from engine.events import Evaluation, Gradients, Hardware, Steps, Timing
from jobs.events import RECORD, Measured, Record
from jobs.history.curves import assemble
from jobs.history.points import Points
from jobs.history.records import Position
from jobs.measures import measures
from jobs.wire import packing

UNREADABLE = (ValueError, TypeError, KeyError, msgpack.UnpackException)


@dataclass(frozen=True)
class Told:
    """One event and its place in the run's story."""

    position: Position
    event: Record


def unpack(entries: Iterable[tuple[bytes, dict[bytes, bytes]]], after: Position) -> list[Told]:
    """The events of stream entries that come after a position, each once, in order.

    What cannot be read is left out, as the recorder does: it must not stop the others.
    """
    told = []
    for entry_id, fields in entries:
        attempt = int(entry_id.split(b"-")[0])
        with suppress(*UNREADABLE):
            for seq, event in packing.unpack(fields):
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
    """The points of all events, by metric, named as the recorder names them.

    A step that a later attempt repeats counts once, as first told.
    """
    attempts = [_points(group) for _, group in groupby(told, key=lambda item: item.position[0])]
    if len(attempts) < 2:
        return attempts[0] if attempts else {}
    metrics = dict.fromkeys(metric for attempt in attempts for metric in attempt)
    return {
        metric: assemble(metric, [attempt[metric] for attempt in attempts if metric in attempt])
        for metric in metrics
    }


def _points(told: Iterable[Told]) -> dict[str, Points]:
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
        if not isinstance(item.event, Steps | Measured | Gradients | Timing | Hardware | Evaluation)
    ]


def progress(told: list[Told]) -> dict[str, Any]:
    """Where training is after these events; empty when they do not tell."""
    for item in reversed(told):
        event = item.event
        if isinstance(event, Steps):
            where = {"step": event.step, "epoch": event.epoch, "time": event.time}
            return {**where, "fold": event.fold} if event.fold else where
        if isinstance(event, Measured):
            return {"step": event.step, "time": event.time}
    return {}


@dataclass(frozen=True)
class Batch:
    """Consecutive events of a run, encoded once for all who have seen everything before them."""

    run: str
    told: list[Told]
    size: int = 0
    """bytes of the events as they came"""
    _frames: dict[Choice, bytes | None] = field(default_factory=dict)

    @classmethod
    def merged(cls, batches: Sequence[Batch]) -> Batch:
        """One batch of several that follow each other."""
        if len(batches) == 1:
            return batches[0]
        told = [item for batch in batches for item in batch.told]
        return cls(batches[0].run, told, sum(batch.size for batch in batches))

    @property
    def position(self) -> Position:
        """Place of the last event."""
        return self.told[-1].position

    def follows(self, known: Position) -> bool:
        """Whether who knows everything up to `known` misses nothing before these events."""
        return known >= self.told[0].position or not has_gap(self.told[:1], known)

    def frame(self, choice: Choice = ALL) -> bytes | None:
        """The frame most viewers of a choice get; None when it has nothing for them."""
        if choice not in self._frames:
            self._frames[choice] = delta(self.run, self.told, choice)
        return self._frames[choice]

    def after(self, position: Position, choice: Choice = ALL) -> bytes | None:
        """The frame for a viewer who knows everything up to `position`; None: nothing to send."""
        if position >= self.position:
            return None
        if position < self.told[0].position:
            return self.frame(choice)
        return delta(self.run, [item for item in self.told if item.position > position], choice)


def delta(run: str, told: list[Told], choice: Choice = ALL) -> bytes | None:
    """The frame that tells events; None when none of them is wanted."""
    curves = {name: curve for name, curve in points(told).items() if choice.takes(name)}
    header = {
        "kind": "delta",
        "run": run,
        "position": told[-1].position,
        "facts": facts(told) if choice.facts else [],
        "progress": progress(told),
    }
    if not curves and not header["facts"] and not header["progress"]:
        return None
    return encode(header, curves)
