"""What changes while a run trains, and when: the plan of its settings, and what people ask for.

Between two steps the loop asks whether something is due; then the step is told, the change is made,
told and remembered, and the loop goes on. Several processes of one run change at the same step:
rank 0 hears what is asked for and tells the others where all of them meet.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from engine.events import Changed, Event
from engine.inbox import Asked, Inbox, Order
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.turn import turn
from engine.problem import SettingsError
from engine.settings.live import changed, in_order, value_of

MEET_SECONDS = 0.25
"""how often the processes of a run ask rank 0 whether something was asked for"""
MOST_STEPS = 1_000
"""between two of these meetings"""


@dataclass
class Steering:
    """The changes of one training that are still to come."""

    setup: Setup
    state: TrainState
    inbox: Inbox = field(default_factory=Inbox)
    read: int = 0
    """of the inbox, so many"""
    coming: list[Asked] = field(default_factory=list)
    """by step; those of the plan, which have no id, before what people asked for"""
    next: float = math.inf
    """the step of the first of them"""
    meeting: float = math.inf
    """the step at which the processes meet; never, alone"""
    met: tuple[int, float] = (0, 0.0)
    """step and time of the last meeting"""
    heard: int = 0
    """of the inbox's orders, so many"""
    orders: list[Order] = field(default_factory=list)
    """those that nobody has taken yet"""

    def __post_init__(self) -> None:
        self.alone = self.setup.team.size == 1
        self.coming = _planned(self.state)
        self._look()

    def due(self) -> bool:
        """Whether something is to be done before the next step. 0.3 us when nothing is."""
        if self._is_news() if self.alone else self.state.step >= self.meeting:
            self._listen()
        return self.state.step >= self.next or bool(self.orders)

    def obey(self) -> Iterator[Event]:
        """Makes the changes that are due. All processes of a run come here at the same steps."""
        self._listen()
        while self.state.step >= self.next:
            asked = self.coming.pop(0)
            event = made(self.setup, self.state, asked, "person" if asked.id else "plan")
            self.state.remember(event)
            self._look()
            yield event

    def take_orders(self) -> list[Order]:
        """The orders that were heard, each once; what they ask for is for others to do."""
        taken, self.orders = self.orders, []
        self.inbox.obeyed.update(each.id for each in taken)
        return taken

    def _is_news(self) -> bool:
        return len(self.inbox.asked) > self.read or len(self.inbox.orders) > self.heard

    def _listen(self) -> None:
        """Takes what has arrived; in a team only where all of them meet."""
        news, orders = self.inbox.after(self.read), self.inbox.orders[self.heard :]
        self.read += len(news)
        self.heard += len(orders)
        orders = [each for each in orders if each.id not in self.inbox.obeyed]
        if not self.alone:
            news, orders = self._share(news, orders)
        self.orders += orders
        known = {each.id for each in self.state.progress.changes if each.id}
        self.coming = _merged(self.coming, [each for each in news if each.id not in known])
        self._look()

    def _share(self, news: list[Asked], orders: list[Order]) -> tuple[list[Asked], list[Order]]:
        """Rank 0's news and orders on every rank, and the step at which they meet again."""
        said = [[each.to_dict() for each in some] for some in (news, orders)]
        content = json.dumps([self._next_meeting(), *said])
        self.meeting, *found = json.loads(self.setup.team.share(content.encode()))
        return (
            [Asked.model_validate(each) for each in found[0]],
            [Order.model_validate(each) for each in found[1]],
        )

    def _next_meeting(self) -> int:
        (step, moment), now = self.met, time.monotonic()
        self.met = self.state.step, now
        speed = (self.state.step - step) / max(1e-9, now - moment)
        return self.state.step + max(1, min(MOST_STEPS, round(MEET_SECONDS * speed)))

    def _look(self) -> None:
        self.next = self.coming[0].step if self.coming else math.inf


def made(
    setup: Setup,
    state: TrainState,
    asked: Asked,
    by: Literal["person", "plan", "guard"],
) -> Changed:
    """Makes one change and puts it on the record; a refused one changes nothing."""
    before, refused = value_of(setup.config, asked.setting), ""
    try:
        config = changed(setup.config, asked.setting, asked.value)
    except SettingsError as error:
        config, refused = setup.config, "; ".join(each.message for each in error.problems)
    turn(setup, state, config)
    event = Changed(
        step=state.step,
        setting=asked.setting,
        before=before,
        after=asked.value if refused else value_of(config, asked.setting),
        by=by,
        who=asked.who,
        id=asked.id,
        refused=refused,
        epochs=setup.epochs,
        total_steps=setup.total_steps,
    )
    state.progress = state.progress.with_change(event)
    return event


def _planned(state: TrainState) -> list[Asked]:
    """The part of the plan that is not behind the run."""
    fold = state.config.data.split.fold or 0
    plan = [each for each in in_order(state.config.changes) if each.fold in (0, fold)]
    behind = sum(each.by == "plan" for each in state.progress.changes)
    return [
        Asked(id="", setting=each.setting, value=each.value, step=each.step)
        for each in plan[behind:]
    ]


def _merged(coming: list[Asked], news: list[Asked]) -> list[Asked]:
    """By step, the plan first. What comes again is not doubled, and the latest word on it counts.

    A later attempt hears of a change first as it was asked for, then at which step it was made.
    """
    again = {each.id: each for each in news}
    kept = [again.pop(each.id, each) for each in coming]
    return sorted([*kept, *again.values()], key=lambda each: (each.step, bool(each.id)))
