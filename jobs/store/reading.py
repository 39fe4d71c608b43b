"""The checkpoints of a run that are in the store, for pages and commands, which fetch none.

Of each its manifest, and where a run shall begin from it its settings, are kept in the cache of
this home: a checkpoint never changes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.data.cache import written_whole
from engine.saving.manifest import NAME as MANIFEST
from engine.saving.manifest import Damaged, read_manifest
from engine.saving.pins import FOLDER as PINS
from engine.saving.start import FOLDER as START
from engine.saving.start import STATE
from jobs.home import Home
from jobs.store.asking import ask
from jobs.store.parcels import entry_of
from jobs.store.shelves import run_key, shelves_there
from jobs.store.store import Store, StoreAway


@dataclass(frozen=True)
class Stored:
    """One checkpoint; `folder` has its manifest alone."""

    key: str
    fold: int
    folder: Path
    pinned: bool


def stored(home: Home, run_id: str) -> list[Stored]:
    """Those of a run, newest first, at the end the one it began from. None without a store.

    Raises StoreAway and StoreUnusable.
    """

    def look(store: Store) -> list[Stored]:
        found = []
        for shelf in shelves_there(store, home.run(run_id), run_id):
            names = [each.name for each in shelf.there(store)]
            pins = shelf.pinned(store) if names else set()
            keys = {name: f"{shelf.key}/{name}" for name in names}
            found += [
                Stored(key, shelf.fold, folder, name in pins)
                for name, key in keys.items()
                if (folder := _seen(store, home, key))
            ]
        key = f"{run_key(run_id)}/{START}"
        begun = _seen(store, home, key)
        return [*found, Stored(key, 0, begun, pinned=False)] if begun else found

    return ask(look) or []


def at(home: Home, key: str) -> Path | None:
    """The folder with the manifest of one checkpoint; None where the store has it not.

    Raises StoreAway and StoreUnusable.
    """
    return ask(lambda store: _seen(store, home, key))


def with_settings(kept: Path, key: str) -> None:
    """Fetches the settings of a checkpoint beside its manifest.

    Raises StoreAway, StoreUnusable, and Damaged.
    """
    path = kept / STATE
    wanted = read_manifest(kept).files.get(STATE)
    if wanted is None or (path.exists() and entry_of(path) == wanted):
        return
    content = ask(lambda store: store.read(f"{key}/{STATE}"))
    if content is None:
        raise Damaged(f"{STATE} is not in the store")
    with written_whole(path) as file:
        file.write(content)
    if entry_of(path) != wanted:
        raise Damaged(f"{STATE} in the store is not what was written")


def pin(key: str, *, on: bool) -> bool:
    """Has a checkpoint stay in the store, or not; False when it is not there any more.

    Raises StoreAway and StoreUnusable.
    """
    shelf, _, name = key.rpartition("/")
    mark = f"{shelf}/{PINS}/{name}"

    def write(store: Store) -> bool:
        if not on:
            store.remove(mark)
            return True
        store.write(mark, b"\n")
        # Only then: whoever removes looks for pins first.
        if there := store.has(f"{key}/{MANIFEST}"):
            return there
        store.remove(mark)
        return False

    return bool(ask(write))


def _seen(store: Store, home: Home, key: str) -> Path | None:
    """The cached folder of a checkpoint that is whole in the store."""
    folder = home.cache / "store" / key
    if (folder / MANIFEST).exists() and _is_readable(folder):
        return folder if store.has(f"{key}/{MANIFEST}") else None
    content = store.read(f"{key}/{MANIFEST}")
    if content is None:
        return None
    try:
        with written_whole(folder / MANIFEST) as file:
            file.write(content)
        if (written := store.modified(f"{key}/{MANIFEST}")) is not None:
            os.utime(folder / MANIFEST, (written, written))
    except OSError as error:
        raise StoreAway(f"{folder} cannot be written ({error.strerror})") from error
    return folder if _is_readable(folder) else None


def _is_readable(folder: Path) -> bool:
    try:
        read_manifest(folder)
    except Damaged:
        return False
    return True
