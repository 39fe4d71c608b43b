"""One attempt, seen from the worker's horse: claim the run, get it a trainer, see it to its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import psutil
import redis

from engine.events import Fact, Finished
from engine.saving.failpoints import failpoint
from jobs.events import Claimed, Ended
from jobs.gangs.gang import Gang
from jobs.services.machines import SEPARATOR
from jobs.wire import keys
from jobs.wire.connect import connect, connect_unretried
from jobs.wire.control import wish
from jobs.wire.journal import Journal, last_entry, latest_attempt, path_of
from jobs.wire.telemetry import Telemetry, send_unrecorded
from jobs.working.ending import has_ended
from jobs.working.forkserver import Request, ask
from jobs.working.lease import RENEW_SECONDS, Held, Lease, claim, streamed_attempt
from jobs.working.processes import UNRECORDED_EXIT, describe_exit, on_signals
from jobs.working.site import Site

DELIVERY_SECONDS = 600.0
"""how long the horse tries to deliver the end of an attempt while Redis is away"""

SHUTDOWN_SECONDS = 4.0
"""the same while the worker shuts down; the next attempt delivers the rest from the journal"""

ORPHAN_SECONDS = 8.0
"""a trainer whose owner's pipe was closed ends itself sooner than this"""


def run_attempt(site: Site, run_id: str) -> str:
    """Claims the run and trains it; one sentence says how that went.

    Refuses politely when somebody trains it already. Queueing it again after an interruption is
    the recorder's work.
    """
    client = connect(site.home)
    config: Any = client.get(keys.spec(run_id))
    if config is None:
        return "Its settings are not in Redis (yet); the recorder brings them back."
    if has_ended(client, run_id):
        return "Refused: the run has ended already."
    known = max(latest_attempt(site.home.run(run_id)), streamed_attempt(client, run_id))
    failpoint("worker.before_claim")
    try:
        lease = claim(client, run_id, site.holder, at_least=known)
    except Held as error:
        return f"Refused: {error}."
    failpoint("worker.claimed")
    attempt = Attempt(site, lease)
    with attempt.renewed(client):
        attempt.deliver_earlier(known)
        if last := unwanted(wish(client, run_id)):
            attempt.record(attempt.claimed(), last)
            return last.message
        attempt.record(attempt.claimed(), seconds=2.0)
        return attempt.conclude(attempt.train(config.decode()))


def unwanted(wanted: str) -> Finished | None:
    """The last word of an attempt that somebody has stopped or paused before it began."""
    if wanted == "stopped":
        return Finished(reason="stopped", message="Stopped before it began.")
    if wanted == "paused":
        return Finished(reason="paused", message="Paused before it began.")
    return None


class Attempt:
    """A claimed attempt: its lease is renewed, its trainer watched, its end recorded."""

    def __init__(self, site: Site, lease: Lease) -> None:
        self.site, self.lease = site, lease
        self.folder = site.home.run(lease.run_id)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._theirs, self._ours = os.pipe()
        self._shutting_down = threading.Event()
        on_signals(self._shut_down, signal.SIGTERM)

    def claimed(self) -> Claimed:
        """The first event of the attempt."""
        who = asdict(self.lease.holder)
        if self.site.gang:
            who["machine"] = SEPARATOR.join(Gang.from_json(self.site.gang).machines)
        return Claimed(attempt=self.lease.attempt, **who)

    @contextlib.contextmanager
    def renewed(self, client: redis.Redis) -> Iterator[None]:
        """Renews the lease all the while, then releases it."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(RENEW_SECONDS):
                failpoint("worker.before_renewal")
                if not self.lease.renew(client):
                    # Somebody else trains the run: to its trainer this horse is dead.
                    self._let_go()
                    return

        threading.Thread(target=renew, name="lease", daemon=True).start()
        try:
            yield
        finally:
            failpoint("worker.before_release")
            over.set()
            with contextlib.suppress(redis.ConnectionError, redis.TimeoutError):
                # Without a server the lease runs out by itself.
                self.lease.release(connect_unretried(self.site.home))

    def deliver_earlier(self, attempt: int) -> None:
        """Sends what an earlier attempt on this machine could not, e.g. while Redis was away.

        The stream takes it as long as this attempt has not written.
        """
        if path_of(self.folder, attempt).exists():
            self._write(Journal(self.folder, attempt), (), SHUTDOWN_SECONDS)

    def train(self, config: str) -> int | None:
        """Has a trainer forked and waits for its end. Its wait status; None when unknown."""
        output = os.open(self.folder / "output.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            descriptors = [output, self._theirs, *self.site.locks]
            forkserver = ask(self.site.forkserver, self._request(config), descriptors)
        except OSError:
            # Its socket is gone, e.g. because somebody emptied the folder.
            return None
        finally:
            os.close(output)
            os.close(self._theirs)
        failpoint("worker.asked")
        with forkserver:
            return self._await(forkserver)

    def conclude(self, status: int | None) -> str:
        """Delivers what the trainer could not, and says how it died if it did not say itself."""
        failpoint("worker.before_conclusion")
        last = last_entry(path_of(self.folder, self.lease.attempt)).to_dict()
        if last["kind"] in ("finished", "ended"):
            # The latter from a trainer that outlived another rank of its run.
            self.record()
            return str(last.get("message") or last.get("cause") or last["reason"])
        event = self._death(status, last["step"])
        self.record(event)
        return event.message if isinstance(event, Finished) else event.cause

    def _death(self, status: int | None, step: int) -> Ended | Finished:
        """What there is to say about a trainer that did not say it itself."""
        if status is None:
            return Ended(step=step, cause="the process that starts trainers died")
        cause, exit_code, signal_number = describe_exit(status)
        if exit_code == UNRECORDED_EXIT:
            # Not `ended`: another attempt would meet the same disk.
            return Finished(step=step, reason="failed", message=self._unrecorded())
        return Ended(step=step, cause=cause, exit_code=exit_code, signal=signal_number)

    def _unrecorded(self) -> str:
        path = path_of(self.folder, self.lease.attempt)
        return f"Its events could not be written to {path}. Is the disk full? See output.log."

    def record(self, *events: Fact, seconds: float = DELIVERY_SECONDS) -> None:
        """Writes events and everything the journal holds to the stream, while nobody else does."""
        journal = Journal(self.folder, self.lease.attempt)
        self._write(journal, events, SHUTDOWN_SECONDS if self._shutting_down.is_set() else seconds)

    def _write(self, journal: Journal, events: Iterable[Fact], seconds: float) -> None:
        telemetry = Telemetry(connect_unretried(self.site.home), self.lease.run_id, journal)
        for event in events:
            telemetry.emit(event)
        telemetry.close(seconds)
        if telemetry.problem and journal.attempt == self.lease.attempt:
            # Most likely a full disk: this is the one thing that must still be said.
            last = Finished(reason="failed", message=self._unrecorded())
            place = (journal.attempt, journal.last_seq + 1)
            send_unrecorded(connect(self.site.home), self.lease.run_id, place, last)

    def _request(self, config: str) -> Request:
        return Request(
            run_id=self.lease.run_id,
            attempt=self.lease.attempt,
            config=config,
            home=str(self.site.home.root),
            environment={"CUDA_VISIBLE_DEVICES": self.site.visible},
            forkserver=str(self.site.forkserver),
            gang=self.site.gang,
        )

    def _await(self, forkserver: socket.socket) -> int | None:
        pid = 0
        for line in forkserver.makefile():
            message = json.loads(line)
            if "status" in message:
                return int(message["status"])
            pid = message["pid"]
        # The forkserver is gone. Its trainer hears that its owner lets go, and ends.
        self._let_go()
        with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
            psutil.Process(pid).wait(ORPHAN_SECONDS)
        return None

    def _shut_down(self) -> None:
        """SIGTERM: the trainer saves and ends; the attempt ends with it."""
        self._shutting_down.set()
        with contextlib.suppress(OSError):
            os.write(self._ours, b"shutdown\n")

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._ours)
