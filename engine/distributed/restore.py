"""What a checkpoint of a run holds, and how a run goes on from one, however many train it.

What is for sharded teams is imported where it is needed: torch takes a second for it, and most runs
have one device.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.distributed.layout import grouped
from engine.loop.round import is_over
from engine.loop.setup import Setup
from engine.loop.state import TrainState, read_scalars
from engine.problem import Problem, SettingsError
from engine.saving.checkpoint import Loaded
from engine.saving.content import Content, Files
from engine.saving.manifest import Entry, is_shard

WEIGHTS = ("model", "average", "best")
"""of the tensors, those that are weights of the model"""


def restore(setup: Setup, state: TrainState, loaded: Loaded) -> None:
    """Goes on from a checkpoint, whoever wrote it: one process, a team, a sharded one.

    Raises:
        Damaged: it has changed since it was looked at.
    """
    in_parts = any(map(is_shard, loaded.manifest.files))
    if setup.team.sharded:
        _restore_together(setup, state, loaded, in_parts=in_parts)
    elif in_parts:
        from engine.distributed.shards import load_whole

        tensors = load_whole(loaded.folder, loaded.manifest)
        step = loaded.manifest.facts.step
        state.take_over(read_scalars(loaded.files), grouped(tensors), step)
    else:
        state.restore(loaded.files, loaded.manifest.facts.step)


def refuse_unreached(setup: Setup, state: TrainState, folder: Path) -> None:
    """Every process of a sharded team writes into the folder of checkpoints.

    Raises:
        SettingsError: one of them, on another machine, has no such folder.
    """
    if not setup.team.sharded:
        return
    from engine.distributed.together import Together

    if not Together(setup, state).reach(folder):
        reason = (
            f"a machine of this run does not reach {folder}, where each process is to write its "
            "part; give all machines the same TRAINYARD_HOME on a disk that they share, or choose "
            "replicated"
        )
        raise SettingsError([Problem("hardware.weights", reason)])


def finite(setup: Setup, state: TrainState) -> bool:
    """Whether no weight is NaN or infinite, in any process."""
    if not setup.team.sharded:
        return state.finite()
    from engine.distributed.together import Together

    return Together(setup, state).finite()


def content_of(setup: Setup, state: TrainState) -> Content:
    """What a checkpoint of the run holds now."""
    return Sharded(setup, state) if setup.team.sharded else Files(state.to_files())


@dataclass(frozen=True)
class Sharded:
    """A checkpoint that every process writes its part of.

    Once the training is over the whole weights lie beside them, in files as of any other run.
    """

    setup: Setup
    state: TrainState

    def size(self) -> int:
        """Bytes in all processes."""
        found = self.state.tensors().values()
        return sum(tensor.nbytes for each in found for tensor in each.values())

    def write(self, folder: Path) -> dict[str, Entry]:
        """All write at once, rank 0 then what is not in parts."""
        over = is_over(self.setup, self.state)
        weights = [name for name in WEIGHTS if over and name in self.state.tensors()]
        from engine.distributed.together import Together

        return Together(self.setup, self.state).write(folder, weights)


def _restore_together(setup: Setup, state: TrainState, loaded: Loaded, *, in_parts: bool) -> None:
    from engine.distributed.together import Together

    together, scalars = Together(setup, state), read_scalars(loaded.files)
    if in_parts:
        together.read(loaded.folder, loaded.manifest, scalars)
    else:
        together.send(loaded.files, loaded.manifest.facts.step, scalars)
