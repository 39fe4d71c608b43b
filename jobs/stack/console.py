"""What `up` says on the terminal: its own sentences, and with --verbose the processes' output."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

COLOURS = (36, 35, 33, 32, 34, 31)
"""ANSI colours of the prefixes, in the order of the Procfile"""


class Logged(Protocol):
    """Something with a name whose output goes to a file."""

    @property
    def name(self) -> str:
        """Its name in the Procfile."""

    log: Path


class Console:
    """Writes whole lines; a terminal that was closed meanwhile is no reason to fail."""

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose
        self._colourful = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._positions: dict[str, int] = {}
        self._colours: dict[str, int] = {}

    def say(self, text: str) -> None:
        """One line at once."""
        with contextlib.suppress(OSError):
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def expect(self, names: Sequence[str]) -> None:
        """Gives each process its colour, and all prefixes one width."""
        self._colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}

    def begin(self, source: Logged) -> None:
        """From here on the source's lines are new; what its log held before is not shown."""
        size = source.log.stat().st_size if source.log.exists() else 0
        self._positions.setdefault(source.name, size)

    def follow(self, sources: Iterable[Logged]) -> None:
        """With --verbose shows the whole lines that the processes wrote since the last call."""
        if not self.verbose:
            return
        for source in sources:
            for line in self._new_lines(source):
                self.say(self._prefix(source.name) + line)

    def _new_lines(self, source: Logged) -> list[str]:
        position = self._positions.get(source.name, 0)
        if not source.log.exists():
            return []
        with source.log.open("rb") as file:
            if source.log.stat().st_size < position:  # put aside and begun anew
                position = 0
            file.seek(position)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._positions[source.name] = position + len(whole)
        return whole.decode(errors="replace").splitlines()

    def _prefix(self, name: str) -> str:
        width = max(map(len, self._colours), default=0)
        text = f"{name.ljust(width)} | "
        return f"\x1b[{self._colours[name]}m{text}\x1b[0m" if self._colourful else text
