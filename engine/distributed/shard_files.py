"""Tensors that lie in parts on several processes, through torch.distributed.checkpoint.

Its planners say who writes which piece and who reads which; the files are ours, one a process:
`shard-<rank>.safetensors`, written and checked as every other file of a checkpoint. Where a piece
belongs stands in the header of its file, so there is no index to lose and no pickle, which torch's
own format has. Any number of processes reads what any other number wrote.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load, save
from torch import Tensor
from torch.distributed.checkpoint.metadata import (
    ChunkStorageMetadata,
    Metadata,
    MetadataIndex,
    TensorProperties,
    TensorStorageMetadata,
)
from torch.distributed.checkpoint.planner import (
    LoadPlan,
    LoadPlanner,
    ReadItem,
    SavePlan,
    SavePlanner,
    WriteItem,
)
from torch.distributed.checkpoint.storage import StorageReader, StorageWriter, WriteResult
from torch.futures import Future

from engine.saving.durable import write_synced
from engine.saving.failpoints import failpoint
from engine.saving.manifest import Damaged, Entry, Manifest, entry_of, is_shard, shard_name

Tensors = dict[str, Tensor]
_PIECES = "pieces"
"""in the header of a file: by name, where the piece begins and the size of the whole"""


class Writer(StorageWriter):
    """Writes this process's pieces into one file of `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, Entry] = {}
        """the files of all processes, once all have written; rank 0's alone"""

    def prepare_local_plan(self, plan: SavePlan) -> SavePlan:
        """As it is."""
        return plan

    def prepare_global_plan(self, plans: list[SavePlan]) -> list[SavePlan]:
        """Each process is told its number, which is in the name of its file."""
        return [replace(plan, storage_data=rank) for rank, plan in enumerate(plans)]

    def write_data(self, plan: SavePlan, planner: SavePlanner) -> Future[list[WriteResult]]:
        """Raises OSError: the disk refused. All processes hear of it."""
        done: Future[list[WriteResult]] = Future()
        if not plan.items:
            done.set_result([])
            return done
        tensors = {item.index.fqn: _row_by_row(planner.resolve_data(item)) for item in plan.items}
        pieces = {item.index.fqn: _place_of(item) for item in plan.items}
        content = save(tensors, {_PIECES: json.dumps(pieces)})
        name = shard_name(plan.storage_data)
        write_synced(self.folder / name, content)
        failpoint("checkpoint.after_file")
        told = (name, entry_of(content).to_dict())
        done.set_result([WriteResult(item.index, len(content), told) for item in plan.items])
        return done

    def finish(self, metadata: Metadata, results: list[list[WriteResult]]) -> None:
        """What was written; whoever asked for it writes the manifest."""
        told = dict(result.storage_data for each in results for result in each)
        self.written = {name: Entry.model_validate(entry) for name, entry in told.items()}

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """A writer is used once."""

    def set_up_storage_writer(self, is_coordinator: bool, *_: Any, **__: Any) -> None:
        """Nothing: the folder is there."""

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Folders are not chosen by an id."""
        return False


class Reader(StorageReader):
    """Reads pieces from the files of `folder`, each checked against `manifest` as it is read."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self.files: dict[MetadataIndex, str] = {}

    def read_metadata(self, *_: Any, **__: Any) -> Metadata:
        """What the files hold, from their headers."""
        found: dict[str, TensorStorageMetadata] = {}
        self.files = {}
        for name in filter(is_shard, self.manifest.files):
            with safe_open(self.folder / name, "pt") as file:
                pieces = json.loads(file.metadata()[_PIECES])
            for key, place in pieces.items():
                chunk = ChunkStorageMetadata(
                    torch.Size(place["offsets"]), torch.Size(place["lengths"])
                )
                whole = found.setdefault(
                    key,
                    TensorStorageMetadata(
                        TensorProperties(getattr(torch, place["type"])),
                        torch.Size(place["size"]),
                        [],
                    ),
                )
                whole.chunks.append(chunk)
                self.files[MetadataIndex(key, chunk.offsets)] = name
        return Metadata(dict(found))

    def read_data(self, plan: LoadPlan, planner: LoadPlanner) -> Future[None]:
        """One file at a time, so that no more than one is in memory.

        Raises:
            Damaged: a file is not what was written.
        """
        wanted: dict[str, list[ReadItem]] = defaultdict(list)
        for item in plan.items:
            wanted[self.files[item.storage_index]].append(item)
        for name, items in wanted.items():
            tensors = load(self._checked(name))
            for item in items:
                _take(item, tensors[item.storage_index.fqn], planner)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def prepare_local_plan(self, plan: LoadPlan) -> LoadPlan:
        """As it is."""
        return plan

    def prepare_global_plan(self, plans: list[LoadPlan]) -> list[LoadPlan]:
        """As they are."""
        return plans

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """A reader is used once."""

    def set_up_storage_reader(self, *_: Any, **__: Any) -> None:
        """Nothing: `read_metadata` has found the files."""

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Folders are not chosen by an id."""
        return False

    def _checked(self, name: str) -> bytes:
        content = (self.folder / name).read_bytes()
        if entry_of(content) != self.manifest.files[name]:
            raise Damaged(f"{name} is not what was written")
        return content


def sizes_of(reader: Reader) -> dict[str, tuple[torch.Size, torch.dtype]]:
    """Size and type of each whole tensor."""
    found: Any = reader.read_metadata().state_dict_metadata
    return {key: (whole.size, whole.properties.dtype) for key, whole in found.items()}


def _row_by_row(piece: Any) -> Tensor:
    """torch says that a planner may also have bytes; ours has tensors alone."""
    rows: Tensor = piece.detach().cpu().contiguous()
    return rows


def _place_of(item: WriteItem) -> dict[str, Any]:
    data = item.tensor_data
    assert data is not None
    return {
        "offsets": list(data.chunk.offsets),
        "lengths": list(data.chunk.sizes),
        "size": list(data.size),
        "type": str(data.properties.dtype).removeprefix("torch."),
    }


def _take(item: ReadItem, piece: Tensor, planner: LoadPlanner) -> None:
    """Copies what `item` asks of a stored piece to where it belongs."""
    pairs = zip(item.storage_offsets, item.lengths, strict=True)
    cut = piece[tuple(slice(begin, begin + length) for begin, length in pairs)]
    target = planner.resolve_tensor(item).detach()
    target.copy_(cut)
    planner.commit_tensor(item, target)
