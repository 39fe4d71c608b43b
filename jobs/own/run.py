"""`Run`: what `trainyard.init` returns. Nothing here makes a script wait, and nothing ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from types import TracebackType

import redis

from engine.events import Finished, Log
from jobs.events import Began, Claimed
from jobs.home import Home
from jobs.own.curves import MOST_STEP, Call, Curves, numbers
from jobs.own.line import Line
from jobs.own.outbox import Slip, deliver_all
from jobs.own.silent import Reason
from jobs.own.spec import Script
from jobs.own.told import explain, last_step, versions
from jobs.sampling.hardware import PERIOD_SECONDS, Meter, machine_name
from jobs.wire.connect import connect_blocking
from jobs.wire.control import Commands
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.working.lease import RENEW_SECONDS, Holder, Lease

COLLECT_SECONDS = 0.1
DELIVERY_SECONDS = 5.0
"""for sending the end; what Redis did not take by then the recorder delivers from the journal"""

LOG = logging.getLogger("trainyard")


class Run:
    """One run of this script. `with trainyard.init(...) as run:` ends it with the block."""

    def __init__(self, home: Home, run_id: str, attempt: int, script: Script, line: Line) -> None:
        """Raises OSError when nothing can be written in `home`."""
        self.id = run_id
        self.name = script.name
        self.config = script.config
        self._home, self.folder = home, home.run(run_id)
        self._script, self._line, self._pid = script, line, os.getpid()
        self.holder = Holder(f"script {self._pid}", machine_name(), script.script)
        self._lease = Lease(run_id, attempt, self.holder)
        told = line.last_step(run_id) if attempt > 1 else 0
        self._step = self._reached = max(last_step(self.folder), told)
        journal = Journal(self.folder, attempt)
        self._slip = Slip.write(home, run_id, attempt, script)
        self._telemetry = Telemetry(line.client, run_id, journal)
        self._calls: deque[Call] = deque()
        self._curves, self._warned = Curves(self._warn), set[str]()
        self._over = threading.Event()
        self._ending = threading.Lock()
        self._commands: Commands | None = None
        self._begin(attempt)
        self._threads = [
            threading.Thread(target=target, name=f"trainyard {target.__name__}", daemon=True)
            for target in (self._collect, self._keep, self._measure)
        ]
        # Not among those that are waited for: what it leaves the next script sends.
        others = threading.Thread(target=self._deliver, name="trainyard deliver", daemon=True)
        for thread in (*self._threads, others):
            thread.start()

    @property
    def stop_requested(self) -> bool:
        """Whether somebody pressed Stop on the page; the script decides when to obey."""
        return self._commands is not None and self._commands.stop_asked.is_set()

    def log(self, values: Mapping[str, object], step: int | None = None) -> None:
        """Adds a point to each curve in `values`, at `step` or at the step after the last one.

        What is no number is left out, with one warning. Never waits for disk or network.
        """
        if self._over.is_set() or os.getpid() != self._pid:
            self._too_late()
            return
        if step is None:
            step = self._step + 1
        elif type(step) is not int:
            step = int(step)
        if not 0 <= step <= MOST_STEP:
            self._warn("step", f"Step {step} is not from 0 to {MOST_STEP:,}; it is left out.")
            return
        self._step = step
        self._calls.append((time.time(), step, numbers(values, self._warn)))

    def finish(self, reason: Reason | None = None, message: str = "") -> None:
        """Ends the run and delivers the rest, within some seconds. A second call does nothing.

        Without a reason it is `completed`, or `stopped` where somebody asked for that.
        """
        if os.getpid() != self._pid:
            return
        with self._ending:
            if self._over.is_set():
                return
            self._over.set()
            for thread in self._threads:
                thread.join(DELIVERY_SECONDS)
            self._emit_calls()
            self._telemetry.emit(self._last_word(reason, message))
            self._slip.close(self._telemetry.close(DELIVERY_SECONDS))
            self._line.release(self._lease)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.fail(error, trace)

    def fail(self, error: BaseException, trace: TracebackType | None = None) -> None:
        """Ends the run with what the exception says."""
        import traceback

        if isinstance(error, KeyboardInterrupt):
            self.finish("stopped", f"Interrupted at the keyboard after step {self._step}.")
            return
        if isinstance(error, SystemExit) and error.code in (None, 0):
            self.finish()
            return
        lines = traceback.format_exception(type(error), error, trace or error.__traceback__)
        details = "".join(lines[-4:])[-2_000:]
        self._telemetry.emit(Log(step=self._reached, level="error", message=details))
        self.finish("failed", explain(error))

    def _last_word(self, reason: Reason | None, message: str) -> Finished:
        if reason is None and self.stop_requested:
            reason, message = "stopped", f"Stopped on request after step {self._reached}."
        return Finished(step=self._reached, reason=reason or "completed", message=message)

    def _begin(self, attempt: int) -> None:
        held = self.holder
        self._telemetry.emit(Claimed(attempt=attempt, **asdict(held)))
        self._telemetry.emit(
            Began(
                step=self._step,
                script=self._script.script,
                config=self._script.config,
                total_steps=self._script.total_steps,
                versions=versions(),
            )
        )

    def _collect(self) -> None:
        while not self._over.wait(COLLECT_SECONDS):
            self._emit_calls()

    def _emit_calls(self) -> None:
        calls = []
        while self._calls:
            calls.append(self._calls.popleft())
        for event in self._curves.events(calls):
            self._reached = max(self._reached, event.step)
            self._telemetry.emit(event)

    def _keep(self) -> None:
        """Stays known, and hears what people want."""
        told = False
        while True:
            if not self._line.hello(self._lease, self._script) or self._telemetry.fenced:
                self._warn("fenced", "The run goes on in another process; this one is silent.")
                return
            if self._line.trouble and not told:
                told = True
                LOG.warning(
                    "trainyard: no connection (%s). The script goes on; its points wait in %s.",
                    *(self._line.trouble, self.folder),
                )
            elif not self._line.trouble and self._commands is None:
                self._commands = Commands(connect_blocking(self._home), self.id)
            if self._over.wait(RENEW_SECONDS):
                return

    def _deliver(self) -> None:
        """What killed scripts left, where no recorder of this machine does it."""
        with contextlib.suppress(OSError, redis.RedisError):
            deliver_all(self._home)

    def _measure(self) -> None:
        meter = Meter(self._pid, os.environ.get("CUDA_VISIBLE_DEVICES"))
        while not self._over.wait(PERIOD_SECONDS):
            self._telemetry.emit(meter.sample(self._reached))

    def _warn(self, about: str, sentence: str) -> None:
        """Says a thing once, to the person and to the run's log."""
        if about in self._warned:
            return
        self._warned.add(about)
        LOG.warning("trainyard: %s", sentence)
        self._telemetry.emit(Log(step=self._reached, level="warning", message=sentence))

    def _too_late(self) -> None:
        if "late" not in self._warned:
            self._warned.add("late")
            where = "after finish()" if os.getpid() == self._pid else "in a forked process"
            LOG.warning("trainyard: log() %s is not recorded.", where)
