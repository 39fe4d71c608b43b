"""What travels on a run's stream: the engine's events, and those of queue and scripts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from engine.events import Event, Fact


class Claimed(Fact):
    """A worker holds the run now: the first event of an attempt."""

    kind: Literal["claimed"] = "claimed"
    attempt: int
    """counted from 1"""
    worker: str
    machine: str
    """of several that train it together all, the one that leads first"""
    device: str
    """torch's name of the device the worker answers for, e.g. `cpu` or `cuda:0`"""


class Ended(Fact):
    """The attempt is over without a `finished`: its trainer or its machine died."""

    kind: Literal["ended"] = "ended"
    cause: str
    """a sentence for people, e.g. `killed by signal 9 (SIGKILL: likely out of memory, ...)`"""
    exit_code: int | None = None
    signal: int | None = None


class Began(Fact):
    """A person's own script tells of itself from here on; `started` without what only we know."""

    kind: Literal["began"] = "began"
    script: str
    """the file, as it was started"""
    config: dict[str, Any] = {}
    total_steps: int | None = None
    versions: dict[str, str] = {}


class Measured(Fact):
    """Numbers that such a script logged; each curve has its own steps. `step` is the last one."""

    kind: Literal["measured"] = "measured"
    steps: dict[str, list[int]]
    """by name of the curve, rising"""
    seconds: dict[str, list[float]]
    """unix time of each call, same lengths"""
    metrics: dict[str, list[float]]


Record = Annotated[Event | Claimed | Ended | Began | Measured, Field(discriminator="kind")]
RECORD: TypeAdapter[Record] = TypeAdapter(Record)
"""reads any dict of the stream: `RECORD.validate_python(body)`"""
