"""Events that come by the clock: what the machine does, and where the time goes."""

from __future__ import annotations

from typing import Literal

from engine.fact import Fact
from engine.gpu_sample import GpuSample


class Timing(Fact):
    """Where the time went since the last one, about once a second and at the end of a training.

    The four activities are all of it; what is none of the others is `compute`.
    """

    kind: Literal["timing"] = "timing"
    seconds: float
    """the span, which ends at `time`"""
    data: float = 0.0
    """seconds of it spent waiting for batches"""
    compute: float = 0.0
    """seconds in optimizer steps, until their losses were fetched"""
    evaluation: float = 0.0
    checkpoint: float = 0.0
    totals: dict[str, float] = {}
    """the same since the training of this attempt (and fold) began, by activity"""


class Hardware(Fact):
    """One sample of the machine and of this run's processes, about once a second."""

    kind: Literal["hardware"] = "hardware"
    machine: str = ""
    """which of those that train the run together; empty where one trains it"""
    cpu: float
    """percent of the whole machine, 0 to 100"""
    process_cpu: float
    """percent of one core used by this run's processes; may exceed 100"""
    memory_used: int
    """bytes used on the machine"""
    memory_total: int
    process_memory: int
    """resident bytes of this run's processes"""
    disk_read: float | None = None
    """bytes a second from the machine's disks; None where the system does not tell"""
    disk_written: float | None = None
    process_disk_read: float | None = None
    """bytes a second from disks for this run's processes"""
    process_disk_written: float | None = None
    network_received: float | None = None
    """bytes a second over the machine's networks; no system tells them by process"""
    network_sent: float | None = None
    disk_free: int | None = None
    """bytes free on the disk that holds the runs"""
    disk_total: int | None = None
    gpus: list[GpuSample] = []
