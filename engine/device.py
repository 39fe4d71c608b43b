"""Chooses the device, names it, and makes it count the same way twice."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch
from torch import nn

from engine.config import Hardware
from engine.data.card import Card
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


SMALL_STEP = 4_000_000
"""multiplications in a step below which a second thread costs more than it brings"""


def choose_threads(hardware: Hardware, model: nn.Module, card: Card, batch_size: int) -> int:
    """CPU threads for steps of `batch_size` samples: those asked for, or one for small models.

    Threads wait for each other at every layer. On two busy cores that made steps of a small MLP
    take 70 ms instead of 0.2 ms.
    """
    if hardware.threads is not None:
        return hardware.threads
    # A convolution uses each of its weights once for every pixel.
    if any(isinstance(module, nn.Conv2d) for module in model.modules()):
        return torch.get_num_threads()
    tokens = card.shape[0] if card.modality in ("text", "series") else 1
    small = _multiplied(model) * batch_size * tokens < SMALL_STEP
    return 1 if small else torch.get_num_threads()


def _multiplied(model: nn.Module) -> int:
    """Weights that every sample, or token, is multiplied with; those of tables are looked up."""
    tables = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    looked_up = sum(table.weight.numel() for table in tables)
    return sum(parameter.numel() for parameter in model.parameters()) - looked_up


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
