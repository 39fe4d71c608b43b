"""One attempt of one run, in a process of its own: forked by the forkserver, it runs the engine.

It ends on its own, on `stop` or `pause` from the control stream, on `shutdown` or the end of its
owner's pipe, and without a word when another attempt has taken over.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import redis

from engine.config import RunConfig
from engine.events import Alert, Event, Finished, Hardware, Log, Obeyed
from engine.problem import SettingsError
from engine.saving.failpoints import failpoint
from engine.settings.command import parse_config
from jobs.events import Ended
from jobs.gangs.gang import Gang
from jobs.home import Home
from jobs.sampling.hardware import PERIOD_SECONDS, Meter
from jobs.store.attempt import Courier
from jobs.store.supplies import environment
from jobs.watching.watch import Watch
from jobs.wire.connect import connect_blocking, connect_unretried
from jobs.wire.control import WISHES, Commands
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.working.forkserver import Request
from jobs.working.lease import release
from jobs.working.owner import Owner
from jobs.working.processes import FENCED_EXIT, UNRECORDED_EXIT, give_way
from jobs.working.trouble import crash_of, explain, is_fenced, is_unsaved

DELIVERY_SECONDS = 2.0
"""for sending the end; what Redis did not take by then the horse delivers from the journal"""

ROOM_SECONDS = 0.2
"""how often a run that waits for its disk looks whether it must end"""

COMMANDS_SECONDS = 2.0
"""for hearing what was asked for before the attempt began; without Redis it begins all the same"""

TRACEBACK_PARTS = 3
"""of the traceback's end in the run's log; all of it stands in output.log"""


class Attempt:
    """The attempt's connections and threads, and how far it has come."""

    def __init__(self, request: Request, owner: Owner) -> None:
        home = Home(Path(request.home))
        self.owner = owner
        self._home, self._run_id, self._attempt = home, request.run_id, request.attempt
        self.folder = home.run(request.run_id)
        self.telemetry = Telemetry(
            connect_unretried(home), request.run_id, Journal(self.folder, request.attempt)
        )
        self.commands = Commands(connect_blocking(home), request.run_id)
        self.step, self.first = 0, request.attempt == 1 and not request.begins_later
        self.courier: Courier | None = None
        self.watch: Watch | None = None
        self._alert: Event | None = None
        self.ranks: list[int] = []
        """process ids of the others that train the run"""
        self._over = threading.Event()
        self._machine = Gang.from_json(request.gang).machines[0] if request.gang else ""
        self._hardware = threading.Thread(target=self._measure, name="hardware", daemon=True)
        self._hardware.start()
        if not os.environ.get("CUDA_VISIBLE_DEVICES"):
            # Not the threads above: what is measured is told at once.
            give_way()

    def fetch(self, config: RunConfig, request: Request) -> bool:
        """Brings what the training begins with from the store, where there is one.

        False when the attempt must end before it could.
        """
        place = (request.run_id, request.attempt, self.folder)
        self.courier = Courier.of(place, self.telemetry, self._over)
        if self.courier and not self.courier.begin(config, self.must_end):
            return False
        request.environment.update(environment())
        return True

    def tell(self, events: Iterator[Event]) -> Finished | None:
        """Passes the events on until they end or somebody wants an end. The `finished`, if any."""
        for event in events:
            self.step = max(self.step, event.step)
            if isinstance(event, Finished):
                return event
            if not self._is_known(event):
                self.telemetry.emit(event, at_once=isinstance(event, Obeyed))
                if self.courier:
                    self.courier.hear(event)
                for alert in self.watch.hear(event) if self.watch else ():
                    self.telemetry.emit(alert)
            if isinstance(event, Obeyed):
                self.commands.done(event.id)
            self._acknowledge()
            self._await_room()
            if self.must_end():
                return None
        return None

    def _acknowledge(self) -> None:
        """Says at which step what was asked for takes effect, before what it asks for is done.

        A pause that was taken back before is not told.
        """
        while self.commands.orders:
            order = self.commands.orders.popleft()
            if order.op == WISHES[self.commands.wish]:
                told = Obeyed(op=order.op, id=order.id, step=self.step)
                self.telemetry.emit(told, at_once=True)
            if order.op != "checkpoint" and self.commands.wish == "running":
                self.commands.done(order.id)

    def _is_known(self, event: Event) -> bool:
        """An alert that is told again and again, as long as it lasts."""
        again = event is self._alert
        self._alert = event if isinstance(event, Alert) else self._alert
        return again

    def _await_room(self) -> None:
        """While the disk takes no events nothing is trained: nobody would ever know of it."""
        while self.telemetry.full and not self.must_end():
            self._over.wait(ROOM_SECONDS)

    def must_end(self) -> bool:
        """Whether somebody wants an end, or nothing can be recorded any more."""
        return (
            self.telemetry.fenced
            or self.telemetry.problem != ""
            or self.commands.wish != "running"
            or self.owner.shutdown_asked.is_set()
        )

    def ending(self, why: str = "") -> Finished:
        """The last word of an attempt that was asked to end; `why` it could not save."""
        reason: Literal["stopped", "paused", "interrupted"] = "interrupted"
        message = f"Interrupted after step {self.step}; it goes on when a worker is there again."
        if self.commands.wish == "stopped":
            reason, message = "stopped", f"Stopped on request after step {self.step}."
        elif self.commands.wish == "paused":
            reason, message = "paused", f"Paused on request after step {self.step}."
        saved = f" It was not saved: {why}." if why else ""
        return Finished(step=self.step, reason=reason, message=message + saved)

    def fail(self, error: Exception) -> int:
        """Says why the training cannot go on. The exit code."""
        if not isinstance(error, SettingsError):  # its sentence is all there is to know
            details = "".join(traceback.format_exception(error)[-TRACEBACK_PARTS:])[-2_000:]
            self.telemetry.emit(Log(step=self.step, level="error", message=details))
        return self.close(Finished(step=self.step, reason="failed", message=explain(error)))

    def close(self, last: Finished | Ended) -> int:
        """Sends the last word and everything before it. The exit code."""
        if self.courier and not self.telemetry.fenced:
            owner = self.owner
            self.courier.close(orphan=owner.gone.is_set(), hurry=owner.shutdown_asked.is_set())
        self._over.set()
        self._hardware.join(5)
        failpoint("trainer.before_last_word")
        self.telemetry.emit(last)
        delivered = self.telemetry.close(DELIVERY_SECONDS)
        failpoint("trainer.after_last_word")
        if delivered and self.owner.gone.is_set():
            self._release()
        if self.telemetry.fenced:
            return FENCED_EXIT
        if self.telemetry.problem:
            sys.stderr.write(f"{self.telemetry.problem}\n")
            return UNRECORDED_EXIT
        return 0

    def _release(self) -> None:
        """For an owner that was killed: the run need not wait until its lease has run out."""
        with contextlib.suppress(redis.RedisError):
            release(connect_unretried(self._home), self._run_id, self._attempt)

    def measured(self, sample: Hardware) -> None:
        """Tells a sample of one of the run's machines, by this one's clock."""
        # A resumed attempt, or a fork, does not know its step before its first word.
        if self.first or self.step:
            self.telemetry.emit(sample.model_copy(update={"step": self.step, "time": time.time()}))

    def _measure(self) -> None:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        meter = Meter(os.getpid(), visible, self.folder, self._machine)
        meter.beside = self.ranks
        while not self._over.wait(PERIOD_SECONDS):
            sample = meter.sample(self.step)
            self.measured(sample)
            for alert in self.watch.measure(sample) if self.watch else ():
                self.telemetry.emit(alert)


def main(request: Request, pipe: int, locks: Sequence[int] = ()) -> int:
    """Trains and returns the exit code. `pipe` is the reading end of the owner's pipe.

    `locks` are descriptors that hold the devices; the other ranks get them too.
    """
    from engine.train import train
    from jobs.working.ranks import Trainer, starter_of

    failpoint("trainer.begun")
    attempt = Attempt(request, Owner(pipe))
    try:
        config = parse_config(json.loads(request.config))
        attempt.watch = Watch(config.alerts)
        attempt.commands.begun.wait(COMMANDS_SECONDS)
        failpoint("trainer.before_training")
        if not attempt.fetch(config, request):
            return attempt.close(attempt.ending())
        inbox = attempt.commands.inbox
        leave, tell = attempt.owner.shutdown_asked.set, attempt.telemetry.emit
        starter = starter_of(Trainer(request, locks, attempt.ranks, leave, tell, attempt.measured))
        events = train(
            *(config, attempt.folder), attempt=request.attempt, inbox=inbox, starter=starter
        )
        with closing(events):
            last = attempt.tell(events)
            if attempt.telemetry.fenced:
                # A later attempt writes the checkpoints: leave without the generator's `finally`.
                os._exit(FENCED_EXIT)
        return attempt.close(last or attempt.ending())
    except Exception as error:
        if is_fenced(error):
            os._exit(FENCED_EXIT)
        if is_unsaved(error) and attempt.must_end():
            return attempt.close(attempt.ending(str(error)))
        if crash := crash_of(error, attempt.step):
            traceback.print_exc()
            return attempt.close(crash)
        code = attempt.fail(error)
        if code:
            traceback.print_exc()
            return code
        raise
