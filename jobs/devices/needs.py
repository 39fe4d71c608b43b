"""What a run needs of machines, beside its settings in Redis: so that a script can compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import redis

from engine.version import ENGINE
from jobs.wire import keys


@dataclass(frozen=True)
class Needs:
    """As many devices on each of as many machines."""

    devices: int = 1
    machines: int = 1
    kind: str = ""
    """`cuda` or `mps` where the run insists on one; empty: any device will do"""
    engine: int = ENGINE
    """of who launched it: an older one might misread its settings"""

    def to_fields(self) -> dict[str, str | int]:
        """Fields of the hash in Redis."""
        return asdict(self)


def needs_in(client: redis.Redis, run_ids: Sequence[str]) -> dict[str, Needs]:
    """What runs need, as Redis has it, by id; nothing of those that it does not know."""
    with client.pipeline(transaction=False) as pipe:
        for run_id in run_ids:
            pipe.hgetall(keys.needs(run_id))
        found: list[Any] = pipe.execute()
    return {run_id: _read(told) for run_id, told in zip(run_ids, found, strict=True) if told}


def _read(told: dict[bytes, bytes]) -> Needs:
    return Needs(
        devices=int(told.get(b"devices", 1)),
        machines=int(told.get(b"machines", 1)),
        kind=told.get(b"kind", b"").decode(),
        engine=int(told.get(b"engine", 0)),
    )


def needs_of(config: str) -> Needs:
    """Of settings as JSON, which may be those of another version.

    A run that insists on the processor needs room for one, however many processes it starts.
    """
    try:
        hardware = json.loads(config)["hardware"]
    except (ValueError, KeyError, TypeError):
        hardware = {}
    device, devices = hardware.get("device", "auto"), hardware.get("devices", 1)
    return Needs(
        devices=1 if device == "cpu" else int(devices),
        machines=int(hardware.get("machines", 1)),
        kind="" if device in ("auto", "cpu") else str(device),
    )
