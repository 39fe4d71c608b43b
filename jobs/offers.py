"""What the machines have for runs that wait, out of what their workers say of themselves."""

from __future__ import annotations

from redis import RedisError

from jobs.services.machines import Machine, list_machines
from jobs.waiting import Offer
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard


def offers(yard: Yard, left: dict[str, float | None]) -> list[Offer] | None:
    """What each machine has now; None while Redis is away. `left`: seconds a run still trains."""
    try:
        found = list_machines(yard.redis)
    except (RedisError, RedisUnavailable):
        return None
    alive = [_offer(machine, left) for machine in found if machine.alive]
    return [each for each in alive if each.free or each.busy or each.strangers]


def _offer(machine: Machine, left: dict[str, float | None]) -> Offer:
    workers = [each for each in machine.workers if each.state != "lost"]
    engine = max((each.engine for each in workers), default=0)
    kinds = frozenset(kind for each in workers for kind in each.kinds)
    if any(each.total > len(each.offers) for each in workers):
        # A processor: each worker takes a run, of however many processes.
        busy = tuple(left.get(each.run_id) for each in workers if each.run_id)
        free = len(workers) - len(busy)
        return Offer(machine.name, free, busy, 0, engine, shared=True, kinds=kinds)
    states = [each.state for each in machine.devices]
    busy = tuple(left.get(each.run_id) for each in machine.devices if each.state == "busy")
    free, strangers = states.count("free"), states.count("stranger")
    return Offer(machine.name, free, busy, strangers, engine, kinds=kinds)
