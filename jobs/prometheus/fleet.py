"""Gauges of machines, their GPUs and workers, as they last told of themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import redis

from engine.events import Hardware
from jobs.prometheus.text import Family
from jobs.services.machines import Machine, list_machines

_MACHINE: dict[str, tuple[str, str, float]] = {
    "cpu": ("cpu_utilization_ratio", "Share of the processor in use, 0 to 1.", 0.01),
    "memory_used": ("memory_used_bytes", "Memory in use.", 1),
    "memory_total": ("memory_bytes", "Memory of the machine.", 1),
    "disk_read": ("disk_read_bytes_per_second", "Read from the machine's disks.", 1),
    "disk_written": ("disk_written_bytes_per_second", "Written to the machine's disks.", 1),
    "disk_free": ("disk_free_bytes", "Free on the disk that holds the runs.", 1),
    "disk_total": ("disk_bytes", "Size of the disk that holds the runs.", 1),
    "network_received": ("network_received_bytes_per_second", "Received over all networks.", 1),
    "network_sent": ("network_sent_bytes_per_second", "Sent over all networks.", 1),
}
"""field of a sample → name, help, factor to the unit in the name"""

_GPU: dict[str, tuple[str, str, float]] = {
    "utilization": ("utilization_ratio", "Share of time in which the GPU worked, 0 to 1.", 0.01),
    "memory_used": ("memory_used_bytes", "Memory of the GPU in use.", 1),
    "memory_total": ("memory_bytes", "Memory of the GPU.", 1),
    "temperature": ("temperature_celsius", "Temperature of the GPU.", 1),
    "power": ("power_watts", "Power the GPU draws.", 1),
}


def fleet(client: redis.Redis) -> Iterator[Family]:
    """All families; the numbers of a machine that went silent are left out."""
    machines = list_machines(client)
    up = Family("trainyard_machine_up", "Whether the machine was heard of in the last 10 s.")
    for machine in machines:
        up.add(machine.alive, machine=machine.name)
    yield up
    yield from _workers(machines)
    samples = {each.name: each.sample for each in machines if each.alive and each.sample}
    yield from _of_machines(samples)
    yield from _of_gpus(samples)


def _workers(machines: list[Machine]) -> Iterator[Family]:
    workers = [worker for machine in machines for worker in machine.workers]
    by_state = Counter(worker.state for worker in workers)
    count = Family("trainyard_workers", "Workers by what they do.")
    for state in ("idle", "busy", "lost"):
        count.add(by_state[state], state=state)
    yield count
    busy = Family("trainyard_device_busy", "Whether a worker trains on the device.")
    for machine in machines:
        for device in machine.devices:
            busy.add(device.state == "busy", machine=machine.name, device=device.name)
    yield busy


def _of_machines(samples: dict[str, Hardware]) -> Iterator[Family]:
    for field, (name, text, factor) in _MACHINE.items():
        family = Family(f"trainyard_machine_{name}", text)
        for machine, sample in samples.items():
            family.add(_scaled(sample, field, factor), machine=machine)
        yield family


def _of_gpus(samples: dict[str, Hardware]) -> Iterator[Family]:
    for field, (name, text, factor) in _GPU.items():
        family = Family(f"trainyard_gpu_{name}", text)
        for machine, sample in samples.items():
            for gpu in sample.gpus:
                value = _scaled(gpu, field, factor)
                family.add(value, machine=machine, gpu=str(gpu.index), model=gpu.name)
        yield family


def _scaled(sample: object, field: str, factor: float) -> float | None:
    """None where the machine does not tell."""
    value = getattr(sample, field, None)
    return None if value is None else value * factor
