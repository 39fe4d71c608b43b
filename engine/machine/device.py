"""Chooses the device, names it, and makes it count the same way twice."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch
from torch import nn

from engine.data.card import Card
from engine.distributed.place import Place
from engine.machine.choice import ASKED, Choice
from engine.problem import Problem, SettingsError
from engine.settings.hardware import Hardware


def choose_device(hardware: Hardware, place: Place) -> torch.device:
    """The device asked for; `auto` is CUDA, else Apple's MPS, else the CPU.

    In a team each process of a machine takes the GPU of its number there.

    Raises:
        SettingsError: it is not there, or not so many of them.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    name = hardware.device
    if name == "auto":
        name = "cuda" if there["cuda"] else "mps" if there["mps"] else "cpu"
    if not there.get(name, True):
        raise SettingsError([Problem("hardware.device", _missing(name))])
    if place.size > 1:
        _refuse_missing(name, place, hardware.devices)
    if name != "cuda":
        return torch.device(name)
    if place.size > 1:
        torch.cuda.set_device(place.local)
    return torch.device("cuda", torch.cuda.current_device())


SMALL_STEP = 4_000_000
"""multiplications in a step below which a second thread costs more than it brings"""


def is_small(model: nn.Module, card: Card, batch_size: int) -> bool:
    """Whether steps of `batch_size` samples are overhead more than arithmetic.

    Threads wait for each other at every layer. On two busy cores that made steps of a small MLP
    take 70 ms instead of 0.2 ms.
    """
    # A convolution uses each of its weights once for every pixel.
    if any(isinstance(module, nn.Conv2d) for module in model.modules()):
        return False
    tokens = card.shape[0] if card.modality in ("text", "series") else 1
    return _multiplied(model) * batch_size * tokens < SMALL_STEP


def choose_threads(asked: int | None, small: bool, team_size: int = 1) -> tuple[int, Choice]:
    """CPU threads of this process: those asked for, or one for small steps."""
    if asked is not None:
        return asked, Choice(str(asked), ASKED)
    if small:
        return 1, Choice("1", "steps are so small that threads would only wait for each other")
    threads = max(1, torch.get_num_threads() // team_size)
    shared = f", shared by {team_size} processes" if team_size > 1 else ""
    return threads, Choice(str(threads), f"torch's choice for this machine{shared}")


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


def _refuse_missing(name: str, place: Place, devices: int) -> None:
    """Refuses a team that needs more of this machine than it has."""
    if name == "mps":
        reason = "a Mac has one GPU; choose 1, or the device cpu"
        raise SettingsError([Problem("hardware.devices", reason)])
    here = torch.cuda.device_count()
    # Under torchrun other machines may hold the rest.
    needed = devices if place.port else place.local + 1
    if name == "cuda" and needed > here:
        has = "1 GPU" if here == 1 else f"{here} GPUs"
        reason = (
            f"{needed} GPUs are asked for, and this process may use {has} (a worker has one); "
            f"choose at most {here}, or start it where more are visible"
        )
        raise SettingsError([Problem("hardware.devices", reason)])


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
