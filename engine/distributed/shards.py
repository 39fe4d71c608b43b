"""Saves and loads tensors in parts, by torch.distributed.checkpoint and files of ours."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

# Each from where it is: torch's own package does not say that it exports them.
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.default_planner import DefaultLoadPlanner, DefaultSavePlanner
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from engine.distributed.shard_files import Reader, Writer, sizes_of
from engine.loop.tensors import Tensors
from engine.saving.manifest import Damaged, Entry, Manifest


def save_shards(folder: Path, tensors: Tensors) -> dict[str, Entry]:
    """All processes write their parts of `tensors`; what is whole everywhere is rank 0's to write.

    The files, told to rank 0 alone.

    Raises:
        CheckpointException: of torch, in every process; it holds why, e.g. an OSError of one.
    """
    writer = Writer(folder)
    planner = DefaultSavePlanner(flatten_state_dict=False, dedup_save_to_lowest_rank=True)
    save(tensors, storage_writer=writer, planner=planner)
    return writer.written


def load_shards(folder: Path, manifest: Manifest, tensors: Tensors) -> None:
    """Fills `tensors`, of which each process may have a part, from what `save_shards` wrote.

    Raises:
        CheckpointException: of torch, in every process; it holds why, e.g. a `Damaged`.
    """
    reader, planner = Reader(folder, manifest), DefaultLoadPlanner(flatten_state_dict=False)
    load(tensors, storage_reader=reader, planner=planner)


def load_whole(folder: Path, manifest: Manifest) -> Tensors:
    """All of them, whole, on the CPU of this process, whatever team it is in.

    Raises:
        Damaged: they have changed since they were looked at.
    """
    reader = Reader(folder, manifest)
    tensors = {key: torch.empty(size, dtype=kind) for key, (size, kind) in sizes_of(reader).items()}
    planner = DefaultLoadPlanner(flatten_state_dict=False)
    with warnings.catch_warnings():
        # That it does so in one process, which is what was asked for.
        warnings.simplefilter("ignore", UserWarning)
        try:
            load(tensors, storage_reader=reader, planner=planner, no_dist=True)
        except CheckpointException as error:
            raise cause_of(error) from error
    return tensors


def cause_of(error: CheckpointException) -> BaseException:
    """What went wrong in one of the processes: what can be helped before what cannot."""
    causes = [cause for cause, _ in error.failures.values()]
    return next((each for each in causes if isinstance(each, OSError | Damaged)), causes[0])
