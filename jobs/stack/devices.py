"""Which devices this machine has to train on, asked of NVML and without torch."""

from __future__ import annotations

import os


def find() -> tuple[str, ...]:
    """torch's names of the NVIDIA GPUs (`cuda:0`, ...), or `cpu` where there is none.

    `CUDA_VISIBLE_DEVICES`, which the workers inherit, leaves fewer and numbers them anew.
    """
    count = visible(gpu_count())
    return tuple(f"cuda:{index}" for index in range(count)) or ("cpu",)


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
