"""Questions to the store from pages and commands: one at a time, each with a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from jobs.store.address import address, shown
from jobs.store.store import Store, StoreAway

ANSWER_SECONDS = 5.0
"""a page must not hang: libraries of storage try again for minutes"""

T = TypeVar("T")

_turn = threading.Lock()
"""held by whoever asks: a connection is not for several threads"""
_opened: dict[str, Store] = {}


def ask(question: Callable[[Store], T], seconds: float = ANSWER_SECONDS) -> T | None:
    """What the store of the environment answers; None without one.

    Raises StoreAway, and StoreUnusable.
    """
    url = address()
    if url is None:
        return None
    answer = _Answer(url, question)
    # A daemon: the end of a command must not wait for it.
    threading.Thread(target=answer.find, name="store", daemon=True).start()
    if not answer.there.wait(seconds):
        raise StoreAway(f"{shown(url)} does not answer within {seconds:.0f} s")
    if answer.error is not None:
        raise answer.error
    return answer.found


class _Answer(Generic[T]):
    """What comes of a question, in a thread."""

    def __init__(self, url: str, question: Callable[[Store], T]) -> None:
        self._url, self._question = url, question
        self.found: T | None = None
        self.error: Exception | None = None
        self.there = threading.Event()

    def find(self) -> None:
        """Asks when it is its turn."""
        try:
            with _turn:
                if self._url not in _opened:
                    _opened[self._url] = Store.open(self._url)
                self.found = self._question(_opened[self._url])
        except Exception as error:  # noqa: BLE001
            # It belongs to whoever asked, in another thread. The connection may be broken for good.
            _opened.pop(self._url, None)
            self.error = error
        finally:
            self.there.set()
