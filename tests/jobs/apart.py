"""Workers on machines with homes of their own, which share a Redis and a store and no folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from jobs.chaos.verdict import Result, result
from jobs.history.attempts import attempts
from jobs.home import Home
from jobs.store.parcels import CHECKPOINT, fetch
from jobs.store.shelves import Shelf
from jobs.store.store import Store
from jobs.wire.connect import url
from jobs.yard import Yard
from tests.jobs.fleet import Fleet, Member, fleet
from tests.jobs.launched import until
from tests.jobs.stack import Stack

ROWS = [f"{n % 7},{n % 11},{'yes' if n % 7 > 3 else 'no'}" for n in range(400)]
PLANTS = "\n".join(["leaves,height,tall", *ROWS])
"""a table of one's own"""

LONG = (
    "preset=digits_mlp",
    "hardware.threads=1",
    "hardware.device=cpu",
    "training.batch_size=8",
    "training.steps=6000",
    "training.checkpoint_seconds=0.3",
)
"""seconds of training in which some checkpoints are written"""


def share(patch: pytest.MonkeyPatch, home: Home, store: Path) -> Store:
    """Names Redis and store in the environment, and makes it one."""
    patch.setenv("REDIS_URL", url(home))
    patch.setenv("TRAINYARD_STORE", f"file://{store}")
    opened = Store.open(f"file://{store}")
    opened.make()
    return opened


@dataclass(frozen=True)
class Apart:
    """Machines a and b, and that of the pages, each with a home of its own."""

    yard: Yard
    store: Store
    machines: Fleet
    folder: Path
    """where the homes a and b lie"""


@contextmanager
def working(home: Home, folder: Path, names: str) -> Iterator[Fleet]:
    """A recorder, and a machine for each letter of `names`, its home in `folder`."""
    stack = Stack(home)
    stack.start("recorder")
    try:
        with fleet([Member(name, str(folder / name), ("cpu",)) for name in names]) as machines:
            yield machines
    finally:
        stack.end()


def machine_of(yard: Yard, run_id: str) -> str:
    """The machine that trains a run, once one does."""

    def trained() -> str:
        with yard.history.reading() as connection:
            return next((each.machine for each in attempts(connection, run_id)[-1:]), "")

    return until(trained, "a machine that trains")


def kill_machine(machines: Fleet, index: int) -> None:
    """kill -9 of the worker and of all below it at once, the horse first: none says a word."""
    worker = machines.worker(index)
    for each in (*worker.children(recursive=True), worker):
        with suppress(psutil.NoSuchProcess):
            each.kill()


def result_of(yard: Yard, store: Store, run_id: str) -> Result:
    """What a run left, its last checkpoint fetched from the store."""
    shelf = Shelf.of(yard.home.run(run_id), run_id, 0)
    newest = next(each for each in shelf.there(store) if shelf.whole(store, each.name))
    if not (shelf.folder / newest.name).exists():
        fetch(store, f"{shelf.key}/{newest.name}", shelf.folder / newest.name, CHECKPOINT)
    return result(yard, run_id)
