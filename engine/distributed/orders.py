"""What a rank is told, and what rank 0 must be able to do with its process, however it started."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.config import RunConfig
from engine.distributed.place import Place
from engine.spec import Spec


class Orders(Spec):
    """All that a rank is told, one JSON line."""

    place: Place
    config: RunConfig


class Rank(Protocol):
    """A process of another rank. It says `ready`, or in a line why it ends."""

    where: str
    """the machine that it runs on, where that is another one; else empty"""

    @property
    def lost(self) -> str:
        """Why nobody knows how it ended, e.g. that its machine is gone; empty where one does."""

    def line(self) -> str:
        """The next line that it says; empty when it has ended."""

    def rest(self) -> str:
        """All that it says until it ends."""

    def wait(self) -> int:
        """Its exit code, once it has ended: negative for a signal, as `subprocess` has it."""

    def kill(self) -> None:
        """Ends it at once, unless it has ended."""

    def close(self) -> None:
        """Lets go of its pipes."""


Starter = Callable[[Orders], Rank]
"""Starts the process of a rank. It must end when the caller does."""
