"""Looks after every run that is not over: compares history and Redis, and acts on `decide`."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from rq.job import Job

from engine.events import Finished
from engine.saving.failpoints import failpoint
from jobs import keys, queue, runs
from jobs.control import send_change, sent_changes
from jobs.events import Ended
from jobs.history import History, commands
from jobs.history.runs import Open, settings, unfinished
from jobs.recording import lost, restore
from jobs.recording.streams import Stream, drained, live_runs
from jobs.requeue import QUIET_SECONDS, YOUNG_SECONDS, Situation, crashes, decide, surrender

TAKEN_SECONDS = 10.0
"""a job that left the queue must have become a claim by then; else its worker died in between"""


ANSWER_SECONDS = 2.0
"""a change that was asked for so long ago must at least stand on the run's stream"""

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
        with self.history.reading() as connection:
            waiting = unfinished(connection)
        live = live_runs(self.redis)
        unknown = [run for run in waiting if run.id not in live]
        for run in unknown[:ACTIONS]:
            self._announce(run)
        names = frozenset(queue.queued(self.redis))
        idle = [
            (run, claim)
            for run, claim in zip(waiting, self._claims(waiting), strict=True)
            if not claim.leased and queue.job_id(run.id, run.next_attempt) not in names
        ]
        known = [(run, claim) for run, claim in idle if run.id in streams]
        for run, claim in known[:ACTIONS]:
            self._act(run, claim, streams[run.id], names)
        self._ask_again([run for run in waiting if run.desired == "stopped"])
        self._ask_for_changes_again(waiting)
        self._retire(live - {run.id for run in waiting}, streams)
        return len(unknown) <= ACTIONS and len(known) <= ACTIONS

    def _announce(self, run: Open) -> None:
        with self.history.reading() as connection:
            config = settings(connection, run.id)
        restore.announce(self.redis, run, config)

    def _ask_again(self, stopping: Sequence[Open]) -> None:
        """Sends the wish to stop where it did not arrive: Redis was away when it was uttered."""
        for run in stopping:
            if not self.redis.xlen(keys.control(run.id)):
                runs.send_stop(self.redis, run.id)

    def _ask_for_changes_again(self, waiting: Sequence[Open]) -> None:
        """The same for changes that were asked for a while ago and that nobody has answered."""
        ids = {run.id for run in waiting}
        with self.history.reading() as connection:
            found = commands.unanswered(connection, ids)
        late = [each for each in found if time.time() - each.created > ANSWER_SECONDS]
        for run_id in {each.run for each in late}:
            sent = sent_changes(self.redis, run_id)
            for each in late:
                if each.run == run_id and each.asked.id not in sent:
                    send_change(self.redis, run_id, each.asked)

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
            crashes=crashes(run.attempts),
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
            with self.history.writing() as connection:
                lost.declare(connection, run.last, Ended(cause=cause, step=run.step))
            runs.changed(self.redis, run.id)
        elif action == "give-up" and run.last is not None:
            end = Finished(reason="failed", message=surrender(run.attempts), step=run.step)
            restore.say(self.redis, run.last, end)

    def _enqueue(self, run: Open, attempt: int) -> None:
        if run.last is not None:
            restore.raise_claim(self.redis, run.last)
            self._tell_changes(run)
        failpoint("tend.before_enqueue")
        queue.enqueue(self.redis, run.id, attempt)
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
        for run_id in over:
            if (stream := streams.get(run_id)) is not None and drained(self.redis, stream):
                restore.retire(self.redis, run_id)
                self.missing_since.pop(run_id, None)
                runs.changed(self.redis, run_id)
