"""Takes out of the store what is deleted here: runs, and data that no row names any more."""

from __future__ import annotations

from jobs.store.shelves import run_key
from jobs.store.store import Store


def forget_run(run_id: str) -> None:
    """Removes what the store of the environment, if there is one, has of a run.

    Raises StoreAway and StoreUnusable.
    """
    if store := Store.of_environment():
        store.remove_folder(run_key(run_id))


def forget_data(digest: str) -> None:
    """The same for a data set."""
    if store := Store.of_environment():
        store.remove_folder(f"data/{digest}")
