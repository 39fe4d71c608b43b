"""What people ask of a run on its way: whoever hears of it puts it in, the loop looks each step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from engine.settings.plan import Value
from engine.spec import Spec

Op = Literal["stop", "pause", "resume", "checkpoint"]


class Asked(Spec):
    """A change that a person asked for while the run goes on."""

    id: str
    """the same change may arrive several times, and is done once"""
    setting: str
    value: Value
    who: str = ""
    step: int = 0
    """of the run: not before so many are done; where an earlier attempt did it, exactly then"""


class Order(Spec):
    """Something to be done between two steps, as soon as it is heard of."""

    id: str
    """the same order may arrive several times, and is obeyed once"""
    op: Op
    """`checkpoint` is the engine's; for the others it only tells its steps, so that whoever drives
    it can end it there"""


@dataclass(frozen=True)
class Inbox:
    """All that was asked for, in the order it came. Filled by another thread."""

    asked: list[Asked] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    begin: int = 0
    """steps of the run before the training that reads it, which is one fold of several"""
    obeyed: set[str] = field(default_factory=set)
    """ids of orders; the next fold reads the same list"""

    def put(self, asked: Asked) -> None:
        """One change more. Costs the loop nothing until then but the length of a list."""
        self.asked.append(asked)

    def order(self, order: Order) -> None:
        """One order more."""
        self.orders.append(order)

    def after(self, count: int) -> list[Asked]:
        """What came after the first `count`, at the steps of the training that reads it."""
        return [
            each.model_copy(update={"step": max(0, each.step - self.begin)})
            for each in self.asked[count:]
        ]

    def of_fold(self, begin: int) -> Inbox:
        """The same for a training that begins after so many steps of the run."""
        return replace(self, begin=begin)
