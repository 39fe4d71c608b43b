"""What all processes of a sharded team do at the word of rank 0: check, save and restore.

Rank 0 decides, tells and owns the folder; each of the others waits for its word
(`Team.share`) and does its part of what rank 0 does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import torch
import torch.distributed as dist
from pydantic import Field, TypeAdapter
from safetensors.torch import load, save
from torch.distributed.checkpoint.api import CheckpointException

from engine.distributed.layout import Layout, grouped
from engine.distributed.shard_files import Reader, sizes_of
from engine.distributed.shards import cause_of, load_shards, save_shards
from engine.loop.setup import Setup
from engine.loop.state import SCALARS, WHOLE, Scalars, TrainState
from engine.loop.tensors import Tensors, whole
from engine.saving.durable import write_synced
from engine.saving.failpoints import failpoint
from engine.saving.fence import ATTEMPT
from engine.saving.manifest import Entry, Manifest, entry_of, read_manifest
from engine.spec import Spec


class Check(Spec):
    """Whether all weights are finite."""

    do: Literal["check"] = "check"


class Reach(Spec):
    """Whether the run's folder is there for all: on a disk that they share."""

    do: Literal["reach"] = "reach"
    folder: str
    attempt: str
    """what rank 0 finds in the file of that name"""


class Write(Spec):
    """Each its pieces, into a folder that rank 0 has made."""

    do: Literal["write"] = "write"
    folder: str


class Gather(Spec):
    """Whole tensors for rank 0, one after the other: those of one file."""

    do: Literal["gather"] = "gather"
    name: str


class Read(Spec):
    """Each its pieces, from a folder that all of them reach."""

    do: Literal["read"] = "read"
    folder: str
    step: int
    scalars: Scalars


class Receive(Spec):
    """Each its part of whole tensors that rank 0 has."""

    do: Literal["receive"] = "receive"
    step: int
    scalars: Scalars
    sizes: dict[str, tuple[list[int], str]]
    """of each tensor, and its type"""


Task = Check | Reach | Write | Gather | Read | Receive
_TASK: TypeAdapter[Task] = TypeAdapter(Annotated[Task, Field(discriminator="do")])


class Together:
    """One process's part; rank 0 calls the methods, and the others `obey`."""

    def __init__(self, setup: Setup, state: TrainState) -> None:
        self.team, self.device, self.state = setup.team, setup.device, state

    def obey(self, content: bytes) -> None:
        """Does what rank 0 asks for. What of it fails, fails there too, which tells."""
        task = _TASK.validate_json(content)
        try:
            match task:
                case Check():
                    self._check()
                case Reach():
                    self._reach(task)
                case Write():
                    save_shards(Path(task.folder), self._tensors())
                case Gather():
                    self._gather(task.name)
                case Read():
                    self._read(task)
                case Receive():
                    self._receive(task, {})
        except CheckpointException:
            return

    def finite(self) -> bool:
        """Whether the weights are, in all processes."""
        self._ask(Check())
        return self._check()

    def reach(self, folder: Path) -> bool:
        """Whether all processes find the folder that rank 0 has taken for its attempt."""
        task = Reach(folder=str(folder.absolute()), attempt=_attempt_in(folder))
        self._ask(task)
        return self._reach(task)

    def write(self, folder: Path, gathered: list[str]) -> dict[str, Entry]:
        """Writes a checkpoint's files into `folder`, and whole ones of the names `gathered`.

        Raises:
            OSError: the disk of one of the processes refused.
        """
        self._ask(Write(folder=str(folder.absolute())))
        try:
            entries = save_shards(folder, self._tensors())
        except CheckpointException as error:
            raise cause_of(error) from error
        files = {SCALARS: self.state.scalars().model_dump_json().encode()}
        for name in gathered:
            self._ask(Gather(name=name))
            files[name + WHOLE] = save(self._gather(name))
        for name, content in files.items():
            write_synced(folder / name, content)
            failpoint("checkpoint.after_file")
        return entries | {name: entry_of(content) for name, content in files.items()}

    def read(self, folder: Path, manifest: Manifest, scalars: Scalars) -> None:
        """Goes on from what `write` wrote, in a team of any size.

        Raises:
            Damaged: it has changed since it was looked at.
        """
        task = Read(folder=str(folder.absolute()), step=manifest.facts.step, scalars=scalars)
        self._ask(task)
        try:
            self._read(task)
        except CheckpointException as error:
            raise cause_of(error) from error

    def send(self, files: Mapping[str, bytes], step: int, scalars: Scalars) -> None:
        """Goes on from the whole tensors of `files`, cut one by one."""
        tensors = {
            f"{name.removesuffix(WHOLE)}/{key}": tensor
            for name, content in files.items()
            if name.endswith(WHOLE)
            for key, tensor in load(content).items()
        }
        sizes = {key: (list(each.shape), _name(each.dtype)) for key, each in tensors.items()}
        task = Receive(step=step, scalars=scalars, sizes=sizes)
        self._ask(task)
        self._receive(task, tensors)

    def _ask(self, task: Task) -> None:
        self.team.ask(task.model_dump_json().encode())

    def _check(self) -> bool:
        return _all(self.state.finite())

    def _reach(self, task: Reach) -> bool:
        folder = Path(task.folder)
        return _all(folder.is_dir() and _attempt_in(folder) == task.attempt)

    def _gather(self, name: str) -> Tensors:
        """On rank 0; the others hold one whole tensor at a time."""
        found: Tensors = {}
        for key, tensor in self.state.tensors()[name].items():
            every = whole(tensor)
            if self.team.leads:
                found[key] = every
        return found

    def _read(self, task: Read) -> None:
        folder = Path(task.folder)
        manifest, layout = read_manifest(folder), Layout(self.state)
        tensors = {
            key: layout.empty(key, size, kind)
            for key, (size, kind) in sizes_of(Reader(folder, manifest)).items()
        }
        load_shards(folder, manifest, tensors)
        self.state.take_over(task.scalars, grouped(tensors), task.step)

    def _receive(self, task: Receive, mine: Tensors) -> None:
        layout, found = Layout(self.state), Tensors()
        for key, (size, kind) in task.sizes.items():
            tensor = mine[key] if mine else torch.empty(size, dtype=getattr(torch, kind))
            dist.broadcast(tensor, 0)
            found[key] = layout.cut(key, tensor)
        self.state.take_over(task.scalars, grouped(found), task.step)

    def _tensors(self) -> Tensors:
        return {
            f"{name}/{key}": tensor
            for name, found in self.state.tensors().items()
            for key, tensor in found.items()
        }


def _attempt_in(folder: Path) -> str:
    """Empty where the file was lost."""
    path = folder / ATTEMPT
    return path.read_text() if path.is_file() else ""


def _all(mine: bool) -> bool:
    """Whether every process says so."""
    said = torch.tensor(int(mine))
    dist.all_reduce(said, dist.ReduceOp.MIN)
    return bool(said)


def _name(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")
