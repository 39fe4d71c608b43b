"""Speaks on a run's stream as a trainer would, without training: for tests of the recorder."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgpack
import redis

from engine.config import RunConfig
from engine.events import Finished, Started, Steps
from engine.spec import Spec
from jobs.events import Claimed, Ended
from jobs.history import runs as rows
from jobs.ids import new_id
from jobs.services.runs import announce
from jobs.wire import keys
from jobs.working.lease import Holder, Lease
from jobs.yard import Yard


def save(yard: Yard, name: str = "a run", created: float = 1_000.0) -> str:
    """A run in the database and in `ty:live`, but on no queue."""
    config = RunConfig(name=name)
    row = {
        "id": new_id(),
        "name": name,
        "config": config.model_dump_json(),
        "created": created,
        "desired": "running",
        "origin": None,
        "launch_key": None,
    }
    with yard.history.writing() as connection:
        rows.add(connection, row)
    announce(yard.redis, str(row["id"]), config.model_dump_json())
    return str(row["id"])


@dataclass
class Speaker:
    """One attempt of one run."""

    client: redis.Redis
    run_id: str
    attempt: int = 1
    seq: int = 0
    said: list[Spec] = field(default_factory=list)

    @property
    def lease(self) -> Lease:
        """The claim of this attempt; the end of the attempt gives it back."""
        return Lease(self.run_id, self.attempt, Holder("w1", "m1", "cpu"))

    def say(self, *events: Spec) -> None:
        """One stream entry with all `events`."""
        packed = []
        for event in events:
            self.seq += 1
            packed.append([self.seq, event.to_dict()])
        self.said += events
        body = msgpack.packb(packed)
        name = f"{self.attempt}-{self.seq}"
        self.client.xadd(keys.events(self.run_id), {"e": body}, id=name)
        if isinstance(events[-1], Ended | Finished):
            self.lease.release(self.client)

    def begin(self, step: int = 0, total_steps: int = 100) -> None:
        """Takes the lease and says `claimed` and `started`."""
        self.lease.renew(self.client)
        self.say(
            Claimed(attempt=self.attempt, worker="w1", machine="m1", device="cpu", time=10.0),
            Started(
                task="classification",
                device="cpu",
                device_name="a CPU",
                parameters=7,
                epochs=2,
                steps_per_epoch=50,
                total_steps=total_steps,
                samples={"train": 50},
                step=step,
                resumed="exact" if step else "",
                time=11.0,
            ),
        )

    def steps(self, first: int, last: int, shift: float = 0.0, size: int = 10) -> None:
        """Steps first..last, whose loss is a function of the step, in events of `size`."""
        for begin in range(first, last + 1, size):
            numbers = range(begin, min(begin + size, last + 1))
            self.say(
                Steps(
                    step=numbers[-1],
                    epoch=1,
                    seconds=[100.0 + each for each in numbers],
                    metrics={"train/loss": [loss(each) + shift for each in numbers]},
                )
            )

    def finish(self, reason: str = "completed", message: str = "") -> None:
        """The last word."""
        last = Finished.model_validate(
            {"reason": reason, "message": message, "time": 99.0, "step": 100}
        )
        self.say(last)


def loss(step: int) -> float:
    """A number with an exact float32 form for each step."""
    return 4.0 - step / 64
