"""Why each run waits, and about when it starts. Pure: facts of one moment in, sentences out.

The order is not decided here: it is the history's (`jobs/history/runs.py: IN_ORDER`).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

MOMENT_SECONDS = 5.0
"""a run that could begin now is taken within so long; then it is worth a word"""


AT_ONCE_SECONDS = 1.0
"""what begins sooner begins now"""

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


@dataclass(frozen=True)
class Outlook:
    """Of one run that waits."""

    id: str
    number: int | None
    """its place in the queue, from 1; None while it is paused"""
    why: str
    starts_in: float | None
    """seconds, roughly; None where nobody knows"""


def outlooks(now: Moment) -> list[Outlook]:
    """Why each waits and when it starts, in the order of the queue."""
    yards = [_Yard.of(offer) for offer in now.offers or ()]
    found: list[Outlook] = []
    ahead = 0
    for waiter in now.queue:
        if waiter.paused_by is not None:
            found.append(Outlook(waiter.id, None, _paused(waiter.paused_by), None))
            continue
        begin = _begin(waiter, yards)
        why = _why(waiter, now.offers, ahead, begin)
        found.append(Outlook(waiter.id, ahead + 1, why, begin))
        ahead += 1
    return found


def _paused(who: str) -> str:
    return f"Paused{f' by {who}' if who else ''}; it goes on when it is resumed."


def _why(waiter: Waiter, offers: Sequence[Offer] | None, ahead: int, begin: float | None) -> str:
    """One sentence: what stands in its way."""
    if offers is None:
        return "Redis does not answer. Start everything with ./trainyard up."
    if not offers:
        return "No worker is running. Start one with ./trainyard up, or ./trainyard worker."
    able = [each for each in offers if each.able(waiter)]
    if never := _unsuited(waiter, offers) if not able else _too_small(waiter, able):
        return never
    if begin is not None and begin < AT_ONCE_SECONDS:
        return "A worker takes it in a moment."
    if ahead:
        return f"Behind {ahead:,} {'run' if ahead == 1 else 'runs'}."
    if waiter.machines > 1:
        return f"Needs {_machines(waiter)}; {_ready(waiter, able)}{_strangers(able)}."
    best = max(able, key=lambda each: each.free)
    return f"Needs {_devices(waiter.devices)}; {_free(best)}{_strangers(able)}."


def _unsuited(waiter: Waiter, offers: Sequence[Offer]) -> str:
    """Why no machine could train it, however large."""
    newest = max(each.engine for each in offers)
    if newest < waiter.engine:
        return f"Waits for a worker with engine {waiter.engine} or later; there is {newest}."
    return f"Needs {_KINDS.get(waiter.kind, waiter.kind)}; no machine here has one."


def _too_small(waiter: Waiter, able: Sequence[Offer]) -> str:
    """Why all machines together are too small for it; empty where they are not."""
    large = sum(each.total >= waiter.devices for each in able)
    if large >= waiter.machines:
        return ""
    if waiter.machines == 1:
        most = max(each.total for each in able)
        return f"Needs {_devices(waiter.devices)}; no machine has more than {most}."
    return f"Needs {_machines(waiter)}; {_so_many(large)} here."


_KINDS = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU"}


def _free(best: Offer) -> str:
    """What the machine that has most has free."""
    if not best.free:
        return "none is free"
    return f"{best.machine} has {best.free} free"


def _machines(waiter: Waiter) -> str:
    return f"{waiter.machines} machines with {_devices(waiter.devices)} each"


def _so_many(count: int) -> str:
    """How many machines are large enough."""
    return {0: "no machine has as many", 1: "1 machine has as many"}.get(
        count, f"{count} machines have as many"
    )


def _ready(waiter: Waiter, able: Sequence[Offer]) -> str:
    """Which machines have all that it needs of one; the first four are named."""
    names = [each.machine for each in able if each.free >= each.parts(waiter.devices)]
    if not names:
        return "none has them free"
    if len(names) > 4:
        return f"{len(names)} have them free"
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'has' if len(names) == 1 else 'have'} them free"


def _strangers(offers: Sequence[Offer]) -> str:
    number = sum(each.strangers for each in offers)
    if not number:
        return ""
    return f", and {number} {'is' if number == 1 else 'are'} used by other programs"


def _devices(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"


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
