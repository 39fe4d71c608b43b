"""What a run needs of machines, beside its settings in Redis: so that a script can compare."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from engine.version import ENGINE


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
        kind="" if device in ("auto", "cpu") else str(device),
    )
