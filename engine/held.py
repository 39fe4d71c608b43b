"""The event of a run that stands still and goes on by itself."""

from __future__ import annotations

from typing import Literal

from engine.fact import Fact


class Held(Fact):
    """Something outside the run holds it up: a full disk, a store that is away."""

    kind: Literal["held"] = "held"
    why: str
    """the sentence for people; empty: it goes on"""
