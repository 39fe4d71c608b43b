"""The processes that train one run together, as each of them sees it: its rank, its messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

# Written in C++: torch declares it for no type checker.
from torch.distributed import TCPStore, distributed_c10d  # type: ignore[attr-defined]
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from engine.distributed.place import Place

MEETING = timedelta(minutes=5)
"""for all ranks to be there once they have their data"""
PATIENCE = timedelta(days=7)
"""A message may come late, e.g. after a long evaluation; a death is noticed by other means."""


SAID, ASKED = 0, 1
"""what a message of rank 0 is: content, or something to do before the content comes"""


@dataclass
class Team:
    """One process among `size`. Alone, no message is sent."""

    rank: int = 0
    size: int = 1
    sharded: bool = False
    """whether each holds only a part of the model, so that all must help to evaluate and to save"""
    obeys: Callable[[bytes], object] | None = None
    """what another rank does with what rank 0 asks for"""

    @property
    def leads(self) -> bool:
        """Whether this process evaluates, saves and tells."""
        return self.rank == 0

    def slice(self, places: Tensor) -> Tensor:
        """This rank's part of a batch `(batch,)`; slices differ by one sample at most."""
        return places.tensor_split(self.size)[self.rank]

    def mean(self, value: Tensor) -> Tensor:
        """The mean of a scalar over all ranks, on its device."""
        if self.size > 1:
            dist.all_reduce(value)
            value /= self.size
        return value

    def length(self, lengths: Tensor) -> Tensor:
        """The L2 norms of whole vectors from those of their parts here, of any shape."""
        if not self.sharded:
            return lengths
        squares = lengths.square()
        dist.all_reduce(squares)
        return squares.sqrt()

    def share(self, content: bytes) -> bytes:
        """Rank 0's content, on every rank. Until it comes, the others do what rank 0 asks for."""
        if self.size == 1:
            return content
        kind, message = self._send(SAID, content)
        while kind == ASKED:
            assert self.obeys is not None
            self.obeys(message)
            kind, message = self._send(SAID, content)
        return message

    def ask(self, content: bytes) -> None:
        """Has the others of a sharded team do something with rank 0, which then does it too.

        They do it where they wait for what rank 0 shares. So in such a team whatever all compute
        together comes after a `wait`, and rank 0 may ask, or end, wherever it is before that.
        """
        self._send(ASKED, content)

    def wait(self) -> None:
        """Before all of a sharded team compute together: the others stand here until rank 0 does.

        A message without content, less than 1 ms between processes of a machine.
        """
        if self.sharded:
            self.share(b"")

    def _send(self, kind: int, content: bytes) -> tuple[int, bytes]:
        """From rank 0 to the others."""
        head = torch.tensor([kind, len(content)])
        dist.broadcast(head, 0)
        kind, length = head.tolist()
        if not length:
            return kind, b""
        message = torch.empty(length, dtype=torch.uint8)
        if self.leads:
            message.copy_(torch.frombuffer(bytearray(content), dtype=torch.uint8))
        dist.broadcast(message, 0)
        return kind, message.numpy().tobytes()


@contextmanager
def joined(place: Place, store: Store | None, device: torch.device) -> Iterator[Team]:
    """The connections between the ranks: gloo, and NCCL where gradients are on GPUs."""
    if place.size == 1:
        yield Team()
        return
    if place.port:
        _use_loopback()
    dist.init_process_group(
        "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo",
        store=PrefixStore(f"life{place.life}", store or _store_of(place)),
        rank=place.rank,
        world_size=place.size,
        timeout=MEETING,
    )
    distributed_c10d._set_pg_timeout(PATIENCE)
    try:
        yield Team(place.rank, place.size)
    finally:
        # Not `destroy_process_group` with NCCL: it waits for ranks that may have ended.
        if device.type == "cuda":
            distributed_c10d._abort_process_group()
        else:
            dist.destroy_process_group()


def _use_loopback() -> None:
    """Gloo looks up the machine's name, which in a container often leads nowhere.

    Whoever starts ranks on several machines has said in the environment what joins these.
    """
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")


def _store_of(place: Place) -> Store:
    if place.port:
        return TCPStore(place.host, place.port, is_master=False, timeout=MEETING)
    store, _, _ = next(rendezvous("env://", timeout=MEETING))
    found: Store = store
    return found
