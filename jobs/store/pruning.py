"""Removes from the store what a run keeps no more: by the same rule as on the machine that trains.

The last two, those that people pinned; of a training that is over the last one. Those that the run
did not come by (`lineage.py`) and those that were never whole go as well.
"""

from __future__ import annotations

from engine.saving.checkpoint import KEPT
from engine.saving.manifest import NAME as MANIFEST
from jobs.store.lineage import Lineage
from jobs.store.shelves import Shelf
from jobs.store.store import Store


def kept(place: int) -> int:
    """How many a shelf keeps: the first one is that of the training under way."""
    return KEPT if place == 0 else 1


def prune(store: Store, shelf: Shelf, lineage: Lineage, *, newest: str, over: bool) -> None:
    """`newest` was just copied. Raises StoreAway."""
    good = {newest}
    for each in shelf.there(store):
        name = each.name
        if name in good or not (lineage.holds(each, shelf.fold) and shelf.whole(store, name)):
            continue
        if len(good) < (1 if over else KEPT):
            good.add(name)
    pins = shelf.pinned(store)
    for each in shelf.there(store):
        if each.name not in good and each.name not in pins:
            take_away(store, f"{shelf.key}/{each.name}")


def take_away(store: Store, key: str) -> None:
    """Removes a checkpoint, its seal first: whoever looks meanwhile sees none. Raises StoreAway."""
    store.remove(f"{key}/{MANIFEST}")
    store.remove_folder(key)
