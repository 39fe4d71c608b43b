"""When each run that waits is likely to begin: the machines are filled with them, in order."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.devices.gathering import Rest

MANY = 64
"""processes of a run that a processor has room for"""


@dataclass(frozen=True)
class Waiter:
    """A run that waits, or that is paused."""

    id: str
    devices: int = 1
    """of each of its machines"""
    machines: int = 1
    """that train it together"""
    paused_by: str | None = None
    """who paused it, empty where that is not known; None where it is not paused"""
    seconds: float | None = None
    """how long it will train, as far as that was measured"""
    engine: int = 0
    """it needs a worker with this engine or a later one"""
    kind: str = ""
    """`cuda` or `mps` where it insists on one"""
    rest: Rest | None = None
    """devices were kept for it in vain, and others come first now"""


@dataclass(frozen=True)
class Offer:
    """What a machine has for runs: devices, and how long each that is busy is likely to be so."""

    machine: str
    free: int = 0
    busy: tuple[float | None, ...] = ()
    """seconds until each busy device is free; None where nobody knows"""
    strangers: int = 0
    """devices that a process which is none of ours uses"""
    engine: int = 0
    shared: bool = False
    """a processor: a run takes one worker of it, however many devices it asks for"""
    kinds: frozenset[str] = frozenset()
    """what runs may insist on here"""

    def able(self, waiter: Waiter) -> bool:
        """Whether it can train the run at all, were it free."""
        return self.engine >= waiter.engine and (not waiter.kind or waiter.kind in self.kinds)

    @property
    def total(self) -> int:
        """How many devices a run could ever have of it."""
        return MANY if self.shared else self.free + len(self.busy) + self.strangers

    def parts(self, devices: int) -> int:
        """What a run of so many devices takes here."""
        return min(1, devices) if self.shared else devices


@dataclass(frozen=True)
class Moment:
    """Everything the answer depends on."""

    queue: Sequence[Waiter]
    """in order"""
    offers: Sequence[Offer] | None
    """None: Redis does not answer"""


def begins(now: Moment) -> dict[int, float | None]:
    """When each begins, by its place; those that rest let the others go first."""
    yards = [_Yard.of(offer) for offer in now.offers or ()]
    waiting = [each for each in enumerate(now.queue) if each[1].paused_by is None]
    order = sorted(waiting, key=lambda each: each[1].rest is not None)
    return {place: _begin(waiter, yards) for place, waiter in order}


@dataclass
class _Yard:
    """A machine over time: when each of its devices is free next. Strangers never leave."""

    offer: Offer
    until: list[float | None]

    @classmethod
    def of(cls, offer: Offer) -> _Yard:
        return cls(offer, [*([0.0] * offer.free), *offer.busy])

    def free_at(self, count: int) -> float | None:
        """When so many devices are free at once; None where nobody knows."""
        count = self.offer.parts(count)
        known = heapq.nsmallest(count, (each for each in self.until if each is not None))
        return known[-1] if len(known) == count else None

    def take(self, count: int, begin: float, seconds: float | None) -> None:
        """Gives the run the devices that are free then, as long as it trains."""
        order = sorted(
            range(len(self.until)),
            key=lambda each: (self.until[each] is None, self.until[each] or 0.0),
        )
        for each in order[: self.offer.parts(count)]:
            self.until[each] = None if seconds is None else begin + seconds


def _begin(waiter: Waiter, yards: Sequence[_Yard]) -> float | None:
    """When it begins, on the machines that have room first. It is given the room."""
    able = [yard for yard in yards if yard.offer.able(waiter)]
    room = [(at, yard) for yard in able if (at := yard.free_at(waiter.devices)) is not None]
    if len(room) < waiter.machines:
        # Whoever comes behind it cannot know either: it takes what frees first.
        for yard in able:
            if len(yard.until) >= yard.offer.parts(waiter.devices):
                yard.until = [None] * len(yard.until)
        return None
    chosen = sorted(room, key=lambda each: each[0])[: waiter.machines]
    begin = chosen[-1][0]
    for _, yard in chosen:
        yard.take(waiter.devices, begin, waiter.seconds)
    return begin
