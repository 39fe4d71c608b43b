"""The event of an order that took effect: a stop, a pause, a checkpoint somebody asked for."""

from __future__ import annotations

from typing import Literal

from engine.fact import Fact
from engine.inbox import Op

_WORDS: dict[Op, str] = {
    "stop": "Stops",
    "pause": "Pauses",
    "resume": "Goes on",
    "checkpoint": "Saved a checkpoint",
}


class Obeyed(Fact):
    """What was asked for takes effect after `step`; told before anything slow is done for it."""

    kind: Literal["obeyed"] = "obeyed"
    op: Op
    id: str = ""
    """of the order"""
    note: str = ""
    """why it could not be done as asked, in a sentence; empty where it was"""

    def sentence(self) -> str:
        """What happened, for people: `Pauses after step 480, as asked.`"""
        if self.note:
            return self.note
        return f"{_WORDS[self.op]} after step {self.step:,}, as asked."
