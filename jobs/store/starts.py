"""Puts the checkpoint that a fork begins from into the fork's folder of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.saving.manifest import NAME as MANIFEST
from engine.saving.manifest import Damaged, read_manifest
from engine.saving.start import FOLDER as START
from engine.settings.start import Start
from jobs.home import Home
from jobs.store.parcels import send
from jobs.store.reading import at, with_settings
from jobs.store.shelves import Shelf, run_key
from jobs.store.store import Store


def keys_of(home: Home, start: Start, origin: str | None) -> list[str]:
    """Where it may lie: in the run that wrote it, or where another run began from it."""
    shelf = Shelf.of(home.run(start.run), start.run, start.fold)
    taken = [f"{run_key(each)}/{START}" for each in (origin, start.run) if each]
    return [f"{shelf.key}/{start.checkpoint}", *taken]


def find(home: Home, start: Start, origin: str | None) -> tuple[str, Path] | None:
    """Key, and a folder of this machine with manifest and settings; None where it is not there.

    Raises StoreAway, StoreUnusable, Damaged.
    """
    for key in keys_of(home, start, origin):
        folder = at(home, key)
        if folder and _digest(folder) == start.digest:
            with_settings(folder, key)
            return key, folder
    return None


def put(store: Store, run_id: str, keys: Iterable[str], folder: Path, *, whole: bool) -> None:
    """Copies it within the store from one of `keys` that has it, else from `folder` of this
    machine, which has its manifest, and where it is `whole` the rest.

    Raises StoreAway, OSError, Damaged.
    """
    store.make()
    target, seal = f"{run_key(run_id)}/{START}", (folder / MANIFEST).read_bytes()
    for key in keys:
        if store.read(f"{key}/{MANIFEST}") == seal:
            for name in read_manifest(folder).files:
                store.copy(f"{key}/{name}", f"{target}/{name}")
            store.write(f"{target}/{MANIFEST}", seal)
            return
    if not whole:
        raise Damaged("it is not in the store any more")
    send(store, folder, target, (MANIFEST, seal))


def share(home: Home, run_id: str, begun: tuple[Start, str | None], folder: Path) -> None:
    """As `put`, into the store of the environment, if there is one. `begun`: from what, and the
    run that it was launched again from.

    Raises as `put`, and StoreUnusable.
    """
    if store := Store.of_environment():
        whole = folder.parent == home.run(run_id)
        put(store, run_id, keys_of(home, *begun), folder, whole=whole)


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
