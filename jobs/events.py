"""What travels on a run's stream: the engine's events, and two facts of the queue around them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.events import Event, Fact


class Claimed(Fact):
    """A worker holds the run now: the first event of an attempt."""

    kind: Literal["claimed"] = "claimed"
    attempt: int
    """counted from 1"""
    worker: str
    machine: str
    device: str
    """torch's name of the device the worker answers for, e.g. `cpu` or `cuda:0`"""


class Ended(Fact):
    """The attempt is over without a `finished`: its trainer or its machine died."""

    kind: Literal["ended"] = "ended"
    cause: str
    """a sentence for people, e.g. `killed by signal 9 (SIGKILL: likely out of memory, ...)`"""
    exit_code: int | None = None
    signal: int | None = None


Record = Annotated[Event | Claimed | Ended, Field(discriminator="kind")]
RECORD: TypeAdapter[Record] = TypeAdapter(Record)
"""reads any dict of the stream: `RECORD.validate_python(body)`"""
