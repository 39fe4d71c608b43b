"""The store of several machines, as `up` and `worker` meet it when they start."""

from __future__ import annotations

from collections.abc import Callable

from jobs.stack.cannot import CannotStart
from jobs.store.address import StoreUnusable, address
from jobs.store.asking import ask
from jobs.store.store import Store, StoreAway


def check() -> str | None:
    """Its address, if one is named. Raises CannotStart where it cannot be used."""
    try:
        return address()
    except StoreUnusable as error:
        raise CannotStart(str(error)) from error


def visit(url: str | None, say: Callable[[str], None], *, make: bool = False) -> None:
    """Says where the store does not answer: it may come back, and trainings go on without it.

    `make`: a place that is none yet becomes one.
    """
    if url is None:
        return
    try:
        ask(Store.make if make else Store.require)
    except StoreAway as error:
        say(f"the store is away: {error}. Trainings keep their checkpoints until it is there")
