"""The courier: carries notices to their channels, in a thread of its own beside the recorder.

At least once: a crash between the sending and its record sends the same message again, under the
same id. A channel that does not answer is tried again later and later, and given up after a day.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from engine.saving.failpoints import failpoint
from jobs.history import History
from jobs.history import runs as rows
from jobs.history.notices import Notice, add
from jobs.home import Home
from jobs.notify import outbox
from jobs.notify.channels import Channel, ChannelError, channels
from jobs.notify.letter import Letter, Subject
from jobs.notify.mail import mail
from jobs.notify.outbox import Due
from jobs.notify.post import Undelivered, post

ROUND_SECONDS = 1.0
PATIENCE_SECONDS = 86_400.0
"""after so long a delivery is given up"""
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 3_600.0
SPAN_SECONDS, SPAN_ALERTS = 600.0, 5
"""alerts of one run that a channel gets in such a span one by one; more come as a digest"""
WAITING_SECONDS = 1_800.0
"""a run that no worker takes for so long is worth a word"""
WAITING_EVERY = 30.0
"""seconds between two looks for such runs"""

LOG = logging.getLogger(__name__)


@dataclass
class Courier:
    """One round after the other. The times are fields so that a test need not wait for them."""

    history: History
    home: Home
    first_pause: float = FIRST_PAUSE
    patience: float = PATIENCE_SECONDS
    span: float = SPAN_SECONDS
    waiting: float = WAITING_SECONDS
    now: Callable[[], float] = time.time
    _told: str = ""
    _looked: float = 0.0
    _resting: dict[str, float] = field(default_factory=dict)
    """by channel that is down, until when it is left alone"""

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop`; what is amiss is said once, and tried again."""
        while not stop.wait(ROUND_SECONDS):
            try:
                self.round()
                self._told = ""
            except (
                OperationalError,
                InterfaceError,
                IntegrityError,
                ChannelError,
                OSError,
            ) as error:
                reason = str(getattr(error, "orig", None) or error)
                if reason != self._told:
                    LOG.warning("Notifications wait: %s", reason)
                self._told = reason

    def round(self) -> int:
        """Looks once at every channel; how many messages arrived."""
        self._note_waiting()
        return sum(self._serve(channel) for channel in channels(self.home))

    def _note_waiting(self) -> None:
        now = self.now()
        if now - self._looked < WAITING_EVERY:
            return
        self._looked = now
        with self.history.reading() as connection:
            found = outbox.note_waiting(connection, now - self.waiting)
        for run_id, created in found:
            minutes = (now - created) / 60
            message = (
                f"no worker has taken it for {minutes:,.0f} minutes; see whether one is there and "
                "idle (Machines, or `./trainyard machines`)"
            )
            notice = Notice(run_id, "waiting", "waiting", "warning", 0, now, message)
            with self.history.writing() as connection:
                add(connection, notice)

    def _serve(self, channel: Channel) -> int:
        """Sends what is due there, until the channel refuses."""
        now = self.now()
        if now < self._resting.get(channel.name, 0.0):
            return 0
        with self.history.reading() as connection:
            if not outbox.has_work(connection, channel, now):
                return 0
        with self.history.writing() as connection:
            outbox.take_in(connection, channel, now)
            outbox.give_up(connection, channel.name, now - self.patience, now)
        with self.history.reading() as connection:
            waiting = outbox.due(connection, channel.name, now)
            gone = outbox.alerts_since(connection, channel.name, now - self.span) if waiting else {}
        arrived = 0
        for group in messages(waiting, gone):
            arrived += self._send(channel, group)
            if now < self._resting.get(channel.name, 0.0):
                break
        return arrived

    def _send(self, channel: Channel, group: Sequence[Due]) -> bool:
        notices = tuple(each.notice for each in group)
        with self.history.reading() as connection:
            run = rows.find(connection, notices[0].run)
        if run is None:
            return True  # removed in this moment, and its notices with it
        try:
            deliver(channel, Letter(channel.name, Subject.of(run), notices))
        except Undelivered as error:
            tries = max(each.tries for each in group)
            pause = min(LONGEST_PAUSE, self.first_pause * 2**tries) * random.uniform(0.9, 1.1)
            due = self.now() + max(pause, error.wait)
            if not error.alone:
                self._resting[channel.name] = due
            with self.history.writing() as connection:
                outbox.failed(connection, channel.name, notices, str(error), due)
            LOG.warning("%s did not get a message: %s", channel.name, error)
            return False
        failpoint("courier.before_record")
        with self.history.writing() as connection:
            outbox.sent(connection, channel.name, notices, self.now())
        return True


def deliver(channel: Channel, letter: Letter) -> None:
    """Sends it, once. Raises Undelivered."""
    if channel.kind == "email":
        mail(channel, letter)
    else:
        post(channel, letter)


def messages(waiting: Sequence[Due], gone: dict[str, int]) -> list[list[Due]]:
    """Which notices go together. `gone`: messages with alerts that each run has had of late.

    What became of a run goes out by itself and at once. Of alerts each run has a few; then they
    gather, and the next one comes with all that gathered when the span is over.
    """
    alone = [[each] for each in waiting if each.notice.event != "alert"]
    alerts: dict[str, list[Due]] = {}
    for each in waiting:
        if each.notice.event == "alert":
            alerts.setdefault(each.notice.run, []).append(each)
    for run, found in alerts.items():
        left = SPAN_ALERTS - gone.get(run, 0)
        if left >= len(found):
            alone += [[each] for each in found]
        elif left > 0:
            alone += [[each] for each in found[: left - 1]]
            alone.append(found[left - 1 :])
    return sorted(alone, key=lambda group: group[0].notice.id)
