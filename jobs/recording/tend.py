"""Looks after every run that is not over: compares history and Redis, and acts on `decide`."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from redis import Redis
from rq.job import Job

from engine.events import Finished
from engine.saving.failpoints import failpoint
from jobs import queue
from jobs.events import Ended
from jobs.history import History, commands, orders
from jobs.history.commands import Command
from jobs.history.orders import Given
from jobs.history.runs import Open, known, settings, unfinished
from jobs.ids import is_id
from jobs.recording import lost, restore
from jobs.recording.streams import Stream, drained, live_runs
from jobs.requeue import QUIET_SECONDS, YOUNG_SECONDS, Situation, crashes, decide, surrender
from jobs.services import runs
from jobs.wire import keys
from jobs.wire.control import send, send_change, sent

TAKEN_SECONDS = 10.0
"""a job that left the queue must have become a claim by then; else its worker died in between"""


ANSWER_SECONDS = 2.0
"""a change that was asked for so long ago must at least stand on the run's stream"""

SILENT = 2_000
"""of runs that never began and are over, so many leave Redis in one look"""

ACTIONS = 200
"""at most so many in one look: the recording of running runs must not wait for a long queue"""


@dataclass(frozen=True)
class Claim:
    """What Redis says of who trains a run."""

    attempt: int
    leased: bool


@dataclass
class Tender:
    """Remembers only since when a job is neither waiting nor claimed."""

    redis: Redis
    history: History
    young_seconds: float = YOUNG_SECONDS
    quiet_seconds: float = QUIET_SECONDS
    missing_since: dict[str, float] = field(default_factory=dict)

    def tend(self, streams: dict[str, Stream]) -> bool:
        """One look at all runs that are not over, and at those that are but stand in Redis.

        False when so much was to be done that the rest must wait for the next look.
        """
        # In this order a run that comes in between is announced twice, not taken for one that left.
        live = live_runs(self.redis)
        with self.history.reading() as connection:
            waiting = unfinished(connection)
        unknown = [run for run in waiting if run.id not in live]
        for run in unknown[:ACTIONS]:
            self._announce(run)
        names = frozenset(queue.queued(self.redis))
        self._take_away(waiting, names)
        absent = [run for run in waiting if queue.job_id(run.id, run.next_attempt) not in names]
        idle = [
            (run, claim)
            for run, claim in zip(absent, self._claims(absent), strict=True)
            if not claim.leased
        ]
        # One that never began has no stream to be followed.
        heard = [(run, claim) for run, claim in idle if run.id in streams or run.last is None]
        for run, claim in heard[:ACTIONS]:
            self._act(run, claim, streams.get(run.id) or Stream(run.id, (0, 0)), names)
        self._arrange(waiting)
        self._ask_again(waiting)
        self._retire(live - {run.id for run in waiting}, streams)
        return len(unknown) <= ACTIONS and len(heard) <= ACTIONS

    def _announce(self, run: Open) -> None:
        with self.history.reading() as connection:
            config = settings(connection, run.id)
        restore.announce(self.redis, run, config)

    def _take_away(self, waiting: Sequence[Open], names: Collection[str]) -> None:
        """Takes the jobs of runs off the queue that shall not run: paused, stopped, over.

        Redis was away when that was asked for, or somebody trains the run already.
        """
        wanted = {run.id for run in waiting if run.desired == "running"}
        spare = {queue.run_of(name) for name in names if is_id(queue.run_of(name))} - wanted
        if spare:
            with self.history.reading() as connection:
                spare = known(connection, spare)
            queue.cancel(self.redis, spare)

    def _arrange(self, waiting: Sequence[Open]) -> None:
        """Puts the queue in the history's order: what was moved, or came back from a crash."""
        places = {run.id: place for place, run in enumerate(waiting)}
        names = [each for each in queue.queued(self.redis) if queue.run_of(each) in places]
        ordered = sorted(names, key=lambda name: places[queue.run_of(name)])
        if names != ordered:
            queue.arrange(self.redis, ordered)

    def _ask_again(self, waiting: Sequence[Open]) -> None:
        """Sends again what did not arrive: Redis was away when it was asked for, or forgot it."""
        for run in waiting:
            if run.desired != "running" and run.last is not None and run.last.ended is None:
                restore.say_wish(self.redis, run)
        ids = {run.id for run in waiting}
        with self.history.reading() as connection:
            changes = commands.unanswered(connection, ids)
            saves = orders.unanswered(connection, "checkpoint", ids)
        late = time.time() - ANSWER_SECONDS
        for change in _missing(self.redis, [each for each in changes if each.created < late]):
            send_change(self.redis, change.run, change.asked)
        for save in _missing(self.redis, [each for each in saves if each.created < late]):
            send(self.redis, save.run, save.op, save.id)

    def _claims(self, waiting: Sequence[Open]) -> list[Claim]:
        seconds, microseconds = self.redis.time()
        now = int(seconds) * 1000 + int(microseconds) // 1000
        with self.redis.pipeline(transaction=False) as pipe:
            for run in waiting:
                pipe.hgetall(keys.claim(run.id))
            found: list[Any] = pipe.execute()
        return [Claim(int(it.get(b"attempt", 0)), int(it.get(b"until", 0)) > now) for it in found]

    def _act(self, run: Open, claim: Claim, stream: Stream, names: Collection[str]) -> None:
        """For a run that nobody trains and whose job does not wait."""
        attempt = max(run.next_attempt, claim.attempt + 1)
        name = queue.job_id(run.id, attempt)
        now = Situation(
            facts=run.facts,
            crashes=crashes(run.attempts, run.retried),
            claim_attempt=claim.attempt,
            leased=claim.leased,
            queued=name in names or self._is_taken(run.id, name),
            drained=drained(self.redis, stream),
            quiet=time.monotonic() - stream.heard >= self.quiet_seconds,
            server_seconds=float(self.redis.info("server")["uptime_in_seconds"]),
            young_seconds=self.young_seconds,
        )
        action = decide(now)
        if action == "enqueue":
            self._enqueue(run, attempt)
        elif action == "lost" and run.last is not None:
            who = f"worker {run.last.worker} on {run.last.machine}"
            cause = f"Lost contact with {who}: the lease of attempt {run.last.attempt} ran out."
            failpoint("tend.before_lost")
            with self.history.writing() as connection:
                lost.declare(connection, run.last, Ended(cause=cause, step=run.step))
            runs.changed(self.redis, run.id)
        elif action == "give-up" and run.last is not None:
            sentence = surrender(run.attempts, run.retried)
            end = Finished(reason="failed", message=sentence, step=run.step)
            restore.say(self.redis, run.last, end)

    def _enqueue(self, run: Open, attempt: int) -> None:
        if run.last is not None:
            restore.raise_claim(self.redis, run.last, run.retried)
            self._tell_changes(run)
        restore.say_wish(self.redis, run)
        failpoint("tend.before_enqueue")
        queue.enqueue(self.redis, run.id, attempt, run.spot)
        failpoint("tend.after_enqueue")
        self.missing_since.pop(run.id, None)
        runs.changed(self.redis, run.id)

    def _tell_changes(self, run: Open) -> None:
        """At which step the next attempt must make each change, for its replay to be exact."""
        with self.history.reading() as connection:
            found = commands.every(connection, run.id)
        told = max(each.last_step for each in run.attempts)
        for each in found:
            send_change(self.redis, run.id, each.at(told))

    def _is_taken(self, run_id: str, name: str) -> bool:
        """Whether the job was taken so recently that its claim may be under way."""
        if not self.redis.exists(Job.key_for(name)):
            return False
        since = self.missing_since.setdefault(run_id, time.monotonic())
        return time.monotonic() - since < TAKEN_SECONDS

    def _retire(self, over: Collection[str], streams: dict[str, Stream]) -> None:
        """Of those that are over: such whose stream is stored, and such that never had one."""
        silent = [run_id for run_id in over if run_id not in streams][:SILENT]
        stored = [
            run_id for run_id in over if run_id in streams and drained(self.redis, streams[run_id])
        ]
        gone = [*stored, *self._without_stream(silent)]
        restore.retire(self.redis, gone)
        for run_id in gone:
            self.missing_since.pop(run_id, None)

    def _without_stream(self, run_ids: Sequence[str]) -> list[str]:
        with self.redis.pipeline(transaction=False) as pipe:
            for run_id in run_ids:
                pipe.exists(keys.events(run_id))
            found: list[Any] = pipe.execute()
        with self.history.reading() as connection:
            # A person's own script may have no row yet.
            there = known(connection, set(run_ids))
        return [
            run_id
            for run_id, stream in zip(run_ids, found, strict=True)
            if not stream and run_id in there
        ]


AnyCommand = TypeVar("AnyCommand", Command, Given)


def _missing(redis: Redis, asked: Sequence[AnyCommand]) -> list[AnyCommand]:
    """Those that do not stand on their run's stream."""
    there = {run_id: sent(redis, run_id) for run_id in {each.run for each in asked}}
    return [each for each in asked if each.id not in there[each.run]]
