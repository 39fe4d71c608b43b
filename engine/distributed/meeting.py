"""What the ranks of a team tell each other beside gradients: where they begin, how it stands."""

from __future__ import annotations

import json

import torch

from engine.loop.parts import Inputs
from engine.loop.setup import Setup
from engine.loop.state import Progress, TrainState
from engine.machine.network import network_of


def meet(setup: Setup, state: TrainState) -> None:
    """Brings every rank to where rank 0 goes on, and joins their gradients.

    In a sharded team rank 0 has asked the others to restore with it, or does not go on.
    """
    if setup.team.sharded:
        from engine.distributed.together import Together  # as in `restore.py`

        setup.team.obeys = Together(setup, state).obey
        setup.team.wait()
    elif setup.team.size > 1:
        _share_state(setup, state)
    state.network = network_of(state.model, setup.machine, _example(setup))


def share_progress(setup: Setup, state: TrainState) -> None:
    """Rank 0 has evaluated: the others learn what came out, which may end the run."""
    if setup.team.size > 1:
        content = state.progress.model_dump_json().encode()
        state.progress = Progress.model_validate_json(setup.team.share(content))


def _share_state(setup: Setup, state: TrainState) -> None:
    """As a checkpoint's files; at step 0 all ranks are equal by the seed."""
    files = state.to_files() if setup.team.leads and state.step else {}
    names = json.loads(setup.team.share(json.dumps([state.step, *files]).encode()))
    received = {name: setup.team.share(files.get(name, b"")) for name in names[1:]}
    if received and not setup.team.leads:
        state.restore(received, names[0])


def _example(setup: Setup) -> Inputs:
    """Two samples, as the model's inputs."""
    part = setup.parts["train"]
    return part.batch(torch.arange(min(2, len(part)), device=part.home))[0]
