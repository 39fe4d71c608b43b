"""Chooses the device, names it, and makes it count the same way twice."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from engine.config import Hardware
from engine.problem import Problem, SettingsError


def choose_device(hardware: Hardware) -> torch.device:
    """The device asked for; `auto` is CUDA, else Apple's MPS, else the CPU.

    Raises:
        SettingsError: it is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    name = hardware.device
    if name == "auto":
        name = "cuda" if there["cuda"] else "mps" if there["mps"] else "cpu"
    if not there.get(name, True):
        raise SettingsError([Problem("hardware.device", _missing(name))])
    return (
        torch.device("cuda", torch.cuda.current_device()) if name == "cuda" else torch.device(name)
    )


def device_name(device: torch.device) -> str:
    """What people call it, e.g. `NVIDIA H200` or the CPU's model."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"Apple GPU ({platform.machine()})"
    return _cpu_name()


def make_repeatable(device: torch.device) -> None:
    """Has CUDA choose the kernels that add up in one order; the CPU's always do."""
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True)


def _missing(name: str) -> str:
    kind = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU"}[name]
    built = (
        "" if name != "cuda" or torch.version.cuda else "; the installed torch is built for CPUs"
    )
    return (
        f"{name} needs {kind}, and torch {torch.__version__} finds none on this machine{built}; "
        "choose auto or cpu"
    )


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
