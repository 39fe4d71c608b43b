"""Checks of the machine: devices, memory, disk, the page's port."""

from __future__ import annotations

import os
import shutil

import psutil

from jobs.home import Home
from jobs.stack import devices, ports
from jobs.stack.checks.check import Check
from jobs.stack.running import Running

LITTLE_BYTES = 2_000_000_000
NEEDED_BYTES = 200_000_000


def gpus() -> Check:
    """The NVIDIA GPUs with their memory and driver; a machine without one is fine."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return Check("devices", "ok", "no NVIDIA GPU on this machine: trainings use the CPU")
    try:
        driver = pynvml.nvmlSystemGetDriverVersion()
        names = [gpu_name(index) for index in range(devices.gpu_count())]
    except pynvml.NVMLError as error:
        return Check("devices", "warn", f"the driver answers: {error}", "Look at nvidia-smi.")
    return Check("devices", "ok", f"{', '.join(names)}; driver {driver}")


def gpu_name(index: int) -> str:
    """`NVIDIA H200 (139 GiB)`. Raises pynvml.NVMLError."""
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle).total
    return f"{pynvml.nvmlDeviceGetName(handle)} ({memory / 2**30:.0f} GiB)"


def memory() -> Check:
    """Cores and main memory; a trainer with its data takes about 1 GB."""
    free = psutil.virtual_memory().available
    total = psutil.virtual_memory().total
    found = f"{os.cpu_count()} cores, {free / 2**30:.1f} of {total / 2**30:.1f} GiB memory free"
    if free < 1.5e9:
        return Check(
            "memory", "warn", found, "End other programs, or the kernel may kill trainers."
        )
    return Check("memory", "ok", found)


def disk(home: Home) -> Check:
    """Room where the state lives."""
    place = home.root if home.root.exists() else home.root.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free in {place}"
    remedy = "Make room, or name a folder on a larger disk in TRAINYARD_HOME."
    if free < NEEDED_BYTES:
        return Check("disk", "fail", found, remedy)
    if free < LITTLE_BYTES:
        return Check("disk", "warn", found, remedy)
    return Check("disk", "ok", found)


def port(home: Home) -> Check:
    """Whether the page can be served, or is being served, on its port."""
    running = Running.alive(home)
    if running is not None:
        answers = ports.page_answers(running.port)
        found = f"Trainyard runs here on {running.port} (process {running.pid})"
        if answers:
            return Check("port", "ok", f"{found}, the page answers")
        return Check("port", "fail", f"{found}, no answer", f"Look at {home.logs}/dashboard.log.")
    try:
        number = ports.from_environment()
    except ValueError as error:
        return Check("port", "fail", str(error), "Repair or unset TRAINYARD_PORT.")
    if number and not ports.is_free(number):
        remedy = f"Choose another one: ./trainyard up --port {number + 1}"
        return Check("port", "warn", f"{number} is taken{ports.holder(number)}", remedy)
    return Check("port", "ok", f"{number} is free")
