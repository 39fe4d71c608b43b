"""A yard without Redis whose courier serves real receivers, by a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass

from engine.events import Alert
from engine.spec import Spec
from jobs.notify import channels as places
from jobs.notify import outbox
from jobs.notify.channels import Channel
from jobs.notify.courier import Courier
from jobs.recording.store import Heard, store
from jobs.yard import Yard
from tests.jobs.receivers import Hook

START = 1_000_000.0


@dataclass
class Desk:
    """A yard without Redis, its courier, and a clock that the test moves."""

    yard: Yard
    now: float = START

    def __post_init__(self) -> None:
        self.courier = self.fresh()

    def fresh(self) -> Courier:
        """As after a restart."""
        return Courier(self.yard.history, self.yard.home, now=self.tick)

    def tick(self) -> float:
        """The time, and a thousandth of a second goes by."""
        self.now += 0.001
        return self.now

    def add(self, channel: Channel) -> None:
        places.add(self.yard.home, channel)

    def say(self, run_id: str, *events: Spec, attempt: int = 1, first: int = 1) -> None:
        heard = [Heard(attempt, seq, event) for seq, event in enumerate(events, start=first)]  # type: ignore[arg-type]
        with self.yard.history.writing() as connection:
            store(connection, run_id, heard)

    def state(self, name: str = "webhook") -> outbox.State:
        with self.yard.history.reading() as connection:
            return outbox.states(connection, [name])[name]


def webhook(hook: Hook, **changes: object) -> Channel:
    usual = {"name": "webhook", "kind": "webhook", "address": hook.url, "created": START}
    return Channel.model_validate({**usual, **changes})


def alert(step: int, code: str = "loss-spike", level: str = "warning") -> Alert:
    return Alert.model_validate(
        {"step": step, "time": START + 1, "code": code, "level": level, "message": f"at {step}"}
    )
