"""NVIDIA GPUs as the driver reports them. A machine without them is a fact, not an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pynvml

from engine.gpu_sample import GpuSample


class Gpus:
    """The machine's GPUs, asked of NVML. Opened in the process that uses it, never forked."""

    def __init__(self, visible: str | None = None) -> None:
        """`visible` names some of them, as in `CUDA_VISIBLE_DEVICES`; None means all."""
        handles: list[Any] = []
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
        except pynvml.NVMLError:
            # No driver, or one that does not answer: no GPU to speak of.
            handles = []
        names = None if visible is None else [name.strip() for name in visible.split(",")]
        self._handles = {
            index: handle
            for index, handle in enumerate(handles)
            if names is None or str(index) in names or _uuid(handle) in names
        }

    def sample(self, pids: frozenset[int] = frozenset()) -> list[GpuSample]:
        """One sample of each GPU; `process_memory` is what the processes `pids` hold."""
        return [self._one(index, handle, pids) for index, handle in self._handles.items()]

    def uuids(self) -> list[str]:
        """The GPUs' stable names, in NVML's order."""
        return [_uuid(handle) for handle in self._handles.values()]

    def users(self, uuids: frozenset[str]) -> dict[str, list[int]]:
        """Process ids that compute on each of these GPUs, as far as the driver tells."""
        found: dict[str, list[int]] = {}
        for handle in self._handles.values():
            if (uuid := _uuid(handle)) in uuids:
                running = _ask(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
                found[uuid] = [int(each.pid) for each in running or ()]
        return found

    def _one(self, index: int, handle: Any, pids: frozenset[int]) -> GpuSample:
        rates = _ask(pynvml.nvmlDeviceGetUtilizationRates, handle)
        memory = _ask(pynvml.nvmlDeviceGetMemoryInfo, handle)
        milliwatts = _ask(pynvml.nvmlDeviceGetPowerUsage, handle)
        celsius = _ask(pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU)
        return GpuSample(
            index=index,
            uuid=_uuid(handle),
            name=_text(_ask(pynvml.nvmlDeviceGetName, handle) or "NVIDIA GPU"),
            utilization=None if rates is None else float(rates.gpu),
            memory_used=None if memory is None else int(memory.used),
            memory_total=None if memory is None else int(memory.total),
            process_memory=_process_memory(handle, pids),
            temperature=None if celsius is None else float(celsius),
            power=None if milliwatts is None else milliwatts / 1000,
        )


def visible_device(device: str) -> str:
    """What `CUDA_VISIBLE_DEVICES` must say so that a trainer sees only `device`.

    `cuda:1` is the second of those this process may use; for `cpu` the answer is empty.
    """
    if not device.startswith("cuda:"):
        return ""
    index = int(device.removeprefix("cuda:"))
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    # A UUID, because CUDA and NVML may number the GPUs differently.
    known = Gpus().uuids() if given is None else [name.strip() for name in given.split(",")]
    return known[index] if index < len(known) else str(index)


def _process_memory(handle: Any, pids: frozenset[int]) -> int | None:
    if not pids:
        return None
    running = _ask(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
    if running is None:
        return None
    # Inside a container the driver may hide pids or sizes: then there is no number to tell.
    mine = [each.usedGpuMemory for each in running if each.pid in pids]
    known = [int(size) for size in mine if size is not None]
    return sum(known) if known or not running else None


def _uuid(handle: Any) -> str:
    return _text(_ask(pynvml.nvmlDeviceGetUUID, handle) or "")


def _ask(question: Callable[..., Any], *arguments: Any) -> Any:
    """The driver's answer, or None where it does not support the question."""
    try:
        return question(*arguments)
    except pynvml.NVMLError:
        return None


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name
