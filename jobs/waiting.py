"""Why each run waits, and about when it starts. Pure: facts of one moment in, sentences out.

The order is not decided here: it is the history's (`jobs/history/runs.py: IN_ORDER`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.devices.gathering import Rest
from jobs.foresight import Moment as Moment
from jobs.foresight import Offer as Offer
from jobs.foresight import Waiter as Waiter
from jobs.foresight import begins

MOMENT_SECONDS = 5.0
"""a run that could begin now is taken within so long; then it is worth a word"""

AT_ONCE_SECONDS = 1.0
"""what begins sooner begins now"""


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
    expected = begins(now)
    found: list[Outlook] = []
    ahead = 0
    for place, waiter in enumerate(now.queue):
        if waiter.paused_by is not None:
            found.append(Outlook(waiter.id, None, _paused(waiter.paused_by), None))
            continue
        begin = expected[place]
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
    if ahead and not waiter.rest:
        return f"Behind {ahead:,} {'run' if ahead == 1 else 'runs'}."
    if waiter.machines > 1:
        why = f"Needs {_machines(waiter)}; {_ready(waiter, able)}{_strangers(able)}."
    else:
        best = max(able, key=lambda each: each.free)
        why = f"Needs {_devices(waiter.devices)}; {_free(best)}{_strangers(able)}."
    return f"{why} {_rests(waiter.rest)}" if waiter.rest else why


def _rests(rest: Rest) -> str:
    """Why devices are not kept for it at the moment."""
    return (
        f"Devices were kept for it for {_minutes(rest.held)}, which was not enough; others come "
        f"first for {_minutes(rest.left)}, then they are kept for {_minutes(2 * rest.held)}."
    )


def _minutes(seconds: float) -> str:
    return f"{math.ceil(seconds / 60):,} min"


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
