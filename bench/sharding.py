"""`./trainyard bench sharding`: the memory of each process of a run, replicated and sharded.

What tensors take is counted, and exact; how the process grew is the kernel's word, with all that
torch sets up on the way.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil
from torch import Tensor
from torch.distributed import TCPStore  # type: ignore[attr-defined]  # written in C++

from engine.config import RunConfig
from engine.distributed.meeting import meet
from engine.distributed.place import Place
from engine.distributed.team import joined
from engine.loop.batches import steps
from engine.loop.setup import first_state, set_up
from engine.loop.tensors import flat_optimizer
from engine.loop.update import advance
from engine.machine.sharding import local
from engine.settings.command import override

GPT = (
    *("data=python_docs", "data.context=64", "data.limit=2000", "model=gpt", "model.layers=12"),
    *("model.width=384", "model.heads=6", "training.batch_size=4"),
    *("hardware.device=cpu", "hardware.threads=1"),
)
STEPS = 3
ASKED = 1.1
"""times 1/ranks that a process of a sharded run may hold of weights and optimizer state"""


class Held(NamedTuple):
    """Megabytes of one process."""

    weights: float
    optimizer: float
    grown: float


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when a process of a sharded run holds much more than its part."""
    config = override(RunConfig(), [*GPT, *arguments])
    lines, reached, whole = list[str](), True, 0.0
    for size, weights in ((1, "replicated"), (2, "replicated"), (2, "sharded"), (4, "sharded")):
        held = _of_team(config, size, weights)
        most = max(each.weights + each.optimizer for each in held)
        whole = whole or most
        reached &= weights == "replicated" or most <= ASKED * whole / size
        cells = [
            " / ".join(f"{value:.0f}" for value in column) for column in zip(*held, strict=True)
        ]
        lines.append(f"| {size} | {weights} | {' | '.join(cells)} | {most / whole:.2f} |")
    print(
        "| processes | weights | weights, MB each | optimizer, MB each | grew by, MB each | share |"
    )
    print("|---|---|---|---|---|---|")
    print("\n".join(lines))
    return 0 if reached else 1


def _of_team(config: RunConfig, size: int, weights: str) -> list[Held]:
    """Of each process after some steps."""
    hardware = config.hardware.model_copy(update={"devices": size, "weights": weights})
    words = config.model_copy(update={"hardware": hardware}).model_dump_json()
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    context = multiprocessing.get_context("spawn")
    with context.Pool(size) as pool:
        return pool.starmap(_train, [(words, rank, size, store.port) for rank in range(size)], 1)


def _train(words: str, rank: int, size: int, port: int) -> Held:
    config = RunConfig.model_validate_json(words)
    setup = set_up(config, Place(rank=rank, size=size, local=rank, port=port))
    with joined(Place(rank=rank, size=size, local=rank, port=port), None, setup.device):
        before = psutil.Process(os.getpid()).memory_info().rss
        state = first_state(setup)
        meet(setup, state)
        for batches in steps(setup, 0, STEPS):
            advance(setup, state, batches)
        grown = psutil.Process(os.getpid()).memory_info().rss - before
        optimizer = _megabytes(flat_optimizer(state.optimizer)[0].values())
        return Held(_megabytes(state.model.parameters()), optimizer, grown / 1e6)


def _megabytes(tensors: Iterable[Tensor]) -> float:
    """Of what lies in this process."""
    return sum(local(tensor.detach()).nbytes for tensor in tensors) / 1e6
