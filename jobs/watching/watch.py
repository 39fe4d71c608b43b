"""All rules over machine and time together, as one attempt hears them."""

from __future__ import annotations

from engine.alerts.settings import Alerts
from engine.events import Alert, Checkpoint, Event, Hardware, Started, Steps, Timing
from jobs.watching.idle import IdleGpu
from jobs.watching.room import Room
from jobs.watching.starving import Starving

STEPPING_SECONDS = 10.0
"""without a step for so long, a run evaluates, saves or is stuck, but does not train"""


class Watch:
    """`hear` is for the thread that trains, `measure` for the one that samples the machine."""

    def __init__(self, rules: Alerts) -> None:
        self._idle = None if rules.idle_gpu is None else IdleGpu(rules.idle_gpu)
        self._starving = None if rules.starving is None else Starving(rules.starving)
        self._room = Room() if rules.room else None
        self._on_gpu = False
        self._stepped = 0.0

    def hear(self, event: Event) -> list[Alert]:
        """What this event of the engine gives rise to."""
        if isinstance(event, Started):
            self._on_gpu = event.device.startswith("cuda")
        elif isinstance(event, Steps):
            self._stepped = event.time
        elif isinstance(event, Checkpoint) and self._room:
            self._room.checkpoint = event.bytes
        elif isinstance(event, Timing) and self._starving:
            alert = self._starving.hear(event)
            return [alert] if alert else []
        return []

    def measure(self, sample: Hardware) -> list[Alert]:
        """What this sample of the machine gives rise to."""
        training = self._on_gpu and sample.time - self._stepped < STEPPING_SECONDS
        idle = self._idle.hear(sample, training=training) if self._idle else None
        return [*([idle] if idle else []), *(self._room.hear(sample) if self._room else [])]
