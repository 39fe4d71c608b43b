"""What a run gets of this machine: device, threads, numbers, place of the data; each with a reason.

What is impossible here is refused with a sentence at its setting.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import torch
from torch import nn

from engine.config import RunConfig
from engine.data.prepared import Prepared
from engine.distributed.place import Place
from engine.distributed.team import Team
from engine.machine.choice import ASKED, Choice
from engine.machine.device import (
    choose_device,
    choose_threads,
    device_name,
    is_small,
    make_repeatable,
)
from engine.machine.precision import Precision, apply, choose_precision
from engine.machine.sharding import choice_of, refuse_single_numbers
from engine.machine.stacks import blocks_of
from engine.problem import Problem, SettingsError

FREE_SHARE = 0.5
"""of the device's free memory that the data may take; the model needs the rest"""


@dataclass(frozen=True)
class Machine:
    """One process's share of it. `choices` are for people: what was chosen, and why."""

    team: Team
    device: torch.device
    device_name: str
    threads: int
    precision: Precision
    compiled: bool
    on_host: bool
    """whether training samples are fetched from the host's memory ahead of the steps"""
    choices: dict[str, str]


def choose_machine(
    config: RunConfig, prepared: Prepared, model: nn.Module, place: Place
) -> Machine:
    """Decides for a `model` on the meta device, and sets torch up for it in this process.

    Raises:
        SettingsError: something was asked for that this machine cannot do.
    """
    wanted, team = config.hardware, _team(config, place)
    device = choose_device(wanted, place)
    make_repeatable(device)
    small = is_small(model, prepared.card, config.training.batch_size)
    beside = wanted.devices if place.port else team.size
    threads, of_threads = choose_threads(wanted.threads, small, beside)
    torch.set_num_threads(threads)
    precision, of_precision = choose_precision(wanted.precision, device, small)
    apply(precision)
    compiled = _compilation(wanted.compile, device)
    if wanted.activation_checkpointing:
        _refuse_without_blocks(model)
    if team.sharded:
        refuse_single_numbers(model)
    home = _home_of_data(wanted.data, device, prepared)
    found = {
        "device": Choice(str(device), ASKED if wanted.device != "auto" else "the best one here"),
        "threads": of_threads,
        "precision": of_precision,
        "compile": compiled,
        "data": home,
        **_whole(config, team),
        **dict(_of_model(model, team, device)),
    }
    return Machine(
        team=team,
        device=device,
        device_name=device_name(device) + _spread(team),
        threads=threads,
        precision=precision,
        compiled=compiled.value == "on",
        on_host=home.value == "host",
        choices={name: str(choice) for name, choice in found.items()},
    )


def _team(config: RunConfig, place: Place) -> Team:
    sharded = place.size > 1 and config.hardware.weights == "sharded"
    return Team(place.rank, place.size, sharded=sharded)


def _whole(config: RunConfig, team: Team) -> dict[str, Choice]:
    """What became of weights that were to be sharded over one device."""
    whole = config.hardware.weights == "sharded" and not team.sharded
    return {"weights": Choice("whole", "there is one device")} if whole else {}


def _spread(team: Team) -> str:
    """Behind the name of the device: sums are formed in other orders on several of them."""
    if team.size == 1:
        return ""
    return f" x {team.size}, sharded" if team.sharded else f" x {team.size}"


def _of_model(model: nn.Module, team: Team, device: torch.device) -> Iterator[tuple[str, Choice]]:
    """What follows from the kinds of layers alone."""
    modules = list(model.modules())
    if team.sharded:
        yield "weights", choice_of(model)
    # FSDP2 takes weights that lie row by row only.
    elif any(isinstance(module, nn.Conv2d) for module in modules):
        yield "layout", Choice("channels-last", "convolutions are 1.3 times as fast so")
    if team.size > 1 and any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in modules):
        if device.type == "cuda":
            yield "batch norm", Choice("over all devices", "as with one device")
        else:
            reason = "each device normalises its own slice of a batch; those of the first are kept"
            yield "batch norm", Choice("per device", reason)


def _compilation(asked: str, device: torch.device) -> Choice:
    if asked == "auto":
        if device.type == "cpu":
            return Choice(
                "off", "on a CPU it gains nothing for most models and starts a minute late"
            )
        return Choice("off", "the first steps would wait for the compiler; try it for long runs")
    if asked == "on":
        reason = _no_compiler(device)
        if reason:
            raise SettingsError([Problem("hardware.compile", reason)])
    return Choice(asked, ASKED)


def _no_compiler(device: torch.device) -> str:
    """What torch.compile misses here; empty when it has all."""
    if device.type == "cuda" and find_spec("triton") is None:
        return "torch.compile needs the package triton on a GPU, and it is missing; choose auto"
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        return "torch.compile needs a C++ compiler (g++), and none was found; choose auto"
    return ""


def _refuse_without_blocks(model: nn.Module) -> None:
    if not blocks_of(model):
        raise SettingsError(
            [
                Problem(
                    "hardware.activation_checkpointing",
                    "this model has no stack of equal blocks, as a Transformer has, whose "
                    "activations could be forgotten; switch it off",
                )
            ]
        )


def _home_of_data(asked: str, device: torch.device, prepared: Prepared) -> Choice:
    if asked != "auto":
        return Choice(asked, ASKED)
    if device.type != "cuda":
        return Choice("device", "it has the memory of this machine")
    size = sum(
        array.nbytes
        for part in prepared.parts.values()
        for array in (*part.inputs, *part.shared, part.targets)
    )
    free = torch.cuda.mem_get_info(device)[0]
    sizes = f"{size / 1e9:.3g} GB of samples, {free / 1e9:.3g} GB free"
    return Choice("device" if size <= FREE_SHARE * free else "host", sizes)
