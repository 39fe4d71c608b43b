"""Machines, pushed once a second to those who look, after the samples of the last ten minutes."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from dashboard.live.frames import Points, encode
from jobs.measures import HARDWARE, measures
from jobs.services.machines import Machine, list_machines, recent_samples
from jobs.wire.connect import RedisUnavailable

if TYPE_CHECKING:
    from dashboard.live.hub import Hub

PERIOD_SECONDS = 1.0
"""the machines measure themselves once a second"""

PROCESS = "process_"
"""prefix of what belongs to a run's processes and is no fact about the machine"""


class Machines:
    """Looks while anybody watches; one look for all viewers."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def follow(self) -> None:
        """Tells until cancelled; says nothing while Redis is away."""
        while True:
            try:
                found = await asyncio.to_thread(list_machines, self._hub.yard.redis)
            except (RedisError, RedisUnavailable):
                await asyncio.sleep(PERIOD_SECONDS)
                continue
            frame = encode({"kind": "machines", "machines": [describe(each) for each in found]}, {})
            for viewer in self._hub.viewers:
                if viewer.machines:
                    viewer.offer(frame)
            await asyncio.sleep(PERIOD_SECONDS)

    def snapshot(self) -> bytes:
        """The frame to begin with: all machines and their samples. Raises RedisError."""
        redis = self._hub.yard.redis
        found = list_machines(redis)
        curves: dict[str, Points] = {}
        for index, machine in enumerate(found):
            curves |= _curves(index, recent_samples(redis, machine.name))
        header = {"kind": "machines", "machines": [describe(each) for each in found]}
        return encode(header, curves)


def describe(machine: Machine) -> dict[str, Any]:
    """JSON-ready. `values` are the newest points, named as the curves are."""
    sample = machine.sample
    return {
        "name": machine.name,
        "alive": machine.alive,
        "devices": [asdict(device) for device in machine.devices],
        "workers": [asdict(worker) for worker in machine.workers],
        "time": sample.time if sample else None,
        "values": {name: values[-1] for name, _, _, values in _measures(sample)},
        "memory_total": sample.memory_total if sample else None,
        "gpus": [gpu.model_dump(mode="json") for gpu in sample.gpus] if sample else [],
    }


def _curves(index: int, samples: list[Any]) -> dict[str, Points]:
    """The curves of the machine at `index` of the header's list, named `<index>/<metric>`."""
    columns: dict[str, tuple[list[float], list[float]]] = {}
    for sample in samples:
        for metric, _, seconds, values in _measures(sample):
            column = columns.setdefault(f"{index}/{metric}", ([], []))
            column[0].extend(seconds)
            column[1].extend(values)
    return {
        name: Points.of(range(len(times)), times, values)
        for name, (times, values) in columns.items()
    }


def _measures(sample: object) -> list[tuple[str, list[int], list[float], list[float]]]:
    return [
        (metric, steps, seconds, values)
        for metric, steps, seconds, values in measures(sample)
        if PROCESS not in metric.removeprefix(HARDWARE)
    ]
