"""Which devices this machine has to train on, asked of NVML and without torch."""

from __future__ import annotations

import os
import re


def find() -> tuple[str, ...]:
    """torch's names of the NVIDIA GPUs (`cuda:0`, ...), or `cpu` where there is none.

    `CUDA_VISIBLE_DEVICES`, which the workers inherit, leaves fewer and numbers them anew.
    `TRAINYARD_DEVICES=fake:4` stands for four devices that are only names and train on the CPU.

    Raises ValueError when that is not of this form.
    """
    if given := os.environ.get("TRAINYARD_DEVICES"):
        return _simulated(given)
    count = visible(gpu_count())
    return tuple(f"cuda:{index}" for index in range(count)) or ("cpu",)


def _simulated(given: str) -> tuple[str, ...]:
    match = re.fullmatch(r"fake:([1-9][0-9]?)", given)
    if match is None:
        raise ValueError(
            f"TRAINYARD_DEVICES is {given!r}; it may be fake:1 to fake:99, for simulated devices, "
            "or be left out"
        )
    return tuple(f"fake:{index}" for index in range(int(match[1])))


def gpu_count() -> int:
    """How many NVIDIA GPUs the driver knows; 0 without a driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return 0
    try:
        return int(pynvml.nvmlDeviceGetCount())
    finally:
        pynvml.nvmlShutdown()


def visible(count: int) -> int:
    """How many of the GPUs `CUDA_VISIBLE_DEVICES` leaves; as CUDA does, up to the first -1."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return count
    names = [name.strip() for name in chosen.split(",")]
    ends = [index for index, name in enumerate(names) if name in ("", "-1")]
    return min(count, ends[0] if ends else len(names))
