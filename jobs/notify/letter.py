"""What is told, in words: one notice, or several alerts of a run as one digest."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from urllib.parse import urlencode

from engine.metrics.spread import plus_minus
from jobs.history.notices import Level, Notice
from jobs.run import Run

URL = "TRAINYARD_URL"
"""where people reach this Trainyard, for the links in messages"""

SHOWN = 10
"""alerts of a digest that are told with their sentences"""

RANK: dict[Level, int] = {"info": 0, "warning": 1, "error": 2}

HEADLINES = {
    "finished": "finished",
    "failed": "failed",
    "stopped": "was stopped",
    "crashed": "crashed and is started again",
    "lost": "lost its worker",
    "waiting": "waits for a worker",
}


@dataclass(frozen=True)
class Subject:
    """The run that a letter is about, as far as it says so."""

    id: str
    name: str
    status: str
    step: int
    result: tuple[str, float, float | None] | None = None
    """name, value and deviation of what counts most"""

    @classmethod
    def of(cls, run: Run) -> Subject:
        """From all that is known of it."""
        return cls(run.id, run.name, run.status, run.step, run.result)


@dataclass(frozen=True)
class Letter:
    """One message. `notices` has at least one, the oldest first, all of one run."""

    channel: str
    run: Subject
    notices: tuple[Notice, ...]

    @property
    def id(self) -> str:
        """The same for every try, so that a receiver can tell a repetition."""
        numbers = " ".join(str(each.id) for each in self.notices)
        text = f"{self.channel} {self.run.id} {numbers}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def first(self) -> Notice:
        """What a single message is about."""
        return self.notices[0]

    @property
    def level(self) -> Level:
        """The worst of them."""
        return max((each.level for each in self.notices), key=lambda level: RANK[level])

    @property
    def title(self) -> str:
        """`MNIST CNN failed`, `MNIST CNN: loss spike at step 812`, `MNIST CNN: 12 more alerts`."""
        name = one_line(self.run.name)
        if len(self.notices) > 1:
            return f"{name}: {len(self.notices)} more alerts"
        if self.first.event == "alert":
            return f"{name}: {self.first.code.replace('-', ' ')} at step {self.first.step:,}"
        return f"{name} {HEADLINES[self.first.event]}"

    @property
    def text(self) -> str:
        """The sentences, one a line."""
        lines = [_sentence(each, many=len(self.notices) > 1) for each in self.notices[:SHOWN]]
        if len(self.notices) > SHOWN:
            lines.append(f"... and {len(self.notices) - SHOWN} more.")
        if self.first.event == "finished" and self.run.result:
            name, value, deviation = self.run.result
            lines.append(f"{name.replace('/', ' ')}: {plus_minus(value, deviation)}")
        return "\n".join(line for line in lines if line)

    @property
    def link(self) -> str:
        """The run's page; empty where nobody said how this Trainyard is reached."""
        base = os.environ.get(URL, "").rstrip("/")
        return f"{base}/run?{urlencode({'id': self.run.id})}" if base else ""


def one_line(text: str) -> str:
    """Without line breaks and control characters: a name becomes no header and no second line."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _sentence(notice: Notice, *, many: bool) -> str:
    text = one_line(notice.message)
    text = text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "!", "?")) else ".")
    return f"Step {notice.step:,}: {text}" if many else text
