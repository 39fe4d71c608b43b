"""What a driver says of a GPU at one moment."""

from __future__ import annotations

from engine.spec import Spec


class GpuSample(Spec):
    """One GPU as the driver reports it; a value it does not report is None, never a guess."""

    index: int
    uuid: str
    name: str
    utilization: float | None
    """percent"""
    memory_used: int | None
    """bytes, all processes"""
    memory_total: int | None
    """bytes"""
    process_memory: int | None = None
    """bytes used by this run's processes"""
    temperature: float | None = None
    """degrees Celsius"""
    power: float | None = None
    """watts"""
