"""What was chosen for a run on this machine, and why: told at its start."""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """A value as people read it, and the reason in a few words."""

    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.value}: {self.reason}"


ASKED = "as asked"
"""the reason of what was not left to us"""
