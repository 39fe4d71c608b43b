"""Carries a run's events from its trainer to Redis: each one once, in order, never in the way.

`emit` appends to a list; a thread writes the journal first and then the stream. The server accepts
a batch only behind the one it should follow, so a server that came back without its last second
says so by itself, and the missing events are sent again from memory or from the journal.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

import redis

from engine.saving.durable import FULL
from engine.saving.failpoints import failpoint
from engine.spec import Spec
from jobs.wire import keys
from jobs.wire.journal import Entry, Journal
from jobs.wire.packing import pack, packed
from jobs.wire.script import Script

FLUSH_SECONDS = 0.1
"""the most between two flushes while something waits"""

REST = 20
"""times as long as a flush took nothing is flushed again: telling takes a twentieth of a core

An event that comes later is sent at once. A fixed rest of 0.1 s added up to as much to each of ten
events a second, for the two drift past each other.
"""

CHECK_SECONDS = 1.0
"""how often an idle writer asks whether the server still has everything"""

BATCH_EVENTS = 128
MEMORY_EVENTS = 5_000
"""kept in memory to be sent (again); what is older is read back from the journal"""

SEND_EVENTS = 1_000
STREAM_ENTRIES = 50_000
"""a run's stream is cut there even when no recorder trims it: over an hour of training"""

APPEND = """
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
if last ~= ARGV[1] then return last end
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'e', ARGV[i + 1])
  last = ARGV[i]
end
return last
"""
"""appends batches behind the id ARGV[1], or nothing; answers the last id of the stream"""


class Telemetry:
    """Writes one attempt's events. `client` must report broken connections at once."""

    def __init__(
        self,
        client: redis.Redis,
        run_id: str,
        journal: Journal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._append_behind = Script(client, APPEND)
        self._key = keys.events(run_id)
        self._journal = journal
        self._clock = clock
        self._emitted: deque[Spec] = deque()
        self._recent: deque[Entry] = deque(maxlen=MEMORY_EVENTS)
        self._server_id = ""
        self._sent_seq = 0
        self._checked = 0.0
        self._waiting = threading.Event()
        """something was emitted"""
        self._hurry = threading.Event()
        """the next flush is not to wait"""
        self._closing = threading.Event()
        self._deadline = float("inf")
        self.fenced = False
        """another attempt writes now: this one must end without another word"""
        self.full = ""
        """the disk takes nothing more: whoever emits should wait; empty while it does"""
        self._unwritten: list[Entry] = []
        self.problem = ""
        """why nothing can be recorded any more; empty while all is well"""
        self.told_until = 0.0
        """what was emitted before that moment of the clock, Redis has"""
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    def emit(self, event: Spec, *, at_once: bool = False) -> None:
        """Takes an event; never waits for the disk or the network (about 1 µs).

        `at_once`: somebody waits for it, so that it is sent without a rest before.
        """
        self._emitted.append(event)
        if not self._waiting.is_set():
            self._waiting.set()
        if at_once:
            self._hurry.set()

    def hurry(self) -> None:
        """The next flush is not to wait: somebody waits for `told_until`."""
        self._hurry.set()
        self._waiting.set()

    def close(self, timeout: float = 10.0) -> bool:
        """Writes and sends everything, for at most `timeout` seconds. Whether all was delivered.

        What was not delivered stands in the journal.
        """
        self._deadline = self._clock() + timeout
        self._closing.set()
        self._hurry.set()
        self._waiting.set()
        self._thread.join(timeout + 10.0)
        self.problem = self.problem or self.full
        self._journal.close()
        return self._delivered()

    def _delivered(self) -> bool:
        ended_well = not (self._emitted or self._unwritten or self.fenced or self.problem)
        return ended_well and self._server_id != "" and self._is_current()

    def _is_current(self) -> bool:
        return self._sent_seq >= self._journal.last_seq

    def _run(self) -> None:
        """The thread: flushes what comes; at the end until all is delivered or time is up."""
        reached, closing = True, False
        while not (self.fenced or self.problem):
            # What the server could not be told is tried again without anything new.
            self._waiting.wait(CHECK_SECONDS if reached and not closing else FLUSH_SECONDS)
            self._hurry.clear()
            closing = self._closing.is_set()
            began = self._clock()
            self._waiting.clear()
            self._record()
            reached = self._send()
            now = self._clock()
            all_told = reached and self._is_current() and not self._unwritten
            self.told_until = began if all_told else self.told_until
            if closing and (all_told or now > self._deadline):
                return
            self._hurry.wait(min(FLUSH_SECONDS, REST * (now - began)))

    def _record(self) -> None:
        """Numbers what was emitted and writes it to the journal."""
        entries = self._unwritten
        seq = entries[-1].seq if entries else self._journal.last_seq
        while self._emitted:
            seq += 1
            entries.append(Entry(seq, packed(self._emitted.popleft())))
        if not entries:
            return
        try:
            self._journal.append(entries)
        except OSError as error:
            words = f"cannot write {self._journal.path}: {error.strerror}"
            if error.errno in FULL:
                # They are written, under the same numbers, when there is room.
                self.full = words
            else:
                self.problem = words
            return
        self._recent.extend(entries)
        self._unwritten, self.full = [], ""

    def _send(self) -> bool:
        """Sends what the server lacks. Whether the server answered."""
        idle = self._server_id != "" and self._is_current()
        if idle and self._clock() - self._checked < CHECK_SECONDS and not self._closing.is_set():
            return True
        try:
            self._append(self._unsent())
            while not (self._is_current() or self.fenced or self.problem):
                self._append(self._unsent())
        except (redis.ConnectionError, redis.TimeoutError):
            return False
        except redis.ResponseError as error:
            # A full server (noeviction) refuses for a while: the journal holds everything.
            # So does one whose own file finds no room (MISCONF).
            if "OOM" in str(error) or "MISCONF" in str(error):
                return False
            self.problem = f"Redis refused the run's events: {error}"
            return False
        self._checked = self._clock()
        return True

    def _append(self, entries: list[Entry]) -> None:
        arguments: list[str | bytes | int] = [self._server_id, STREAM_ENTRIES]
        for first in range(0, len(entries), BATCH_EVENTS):
            batch = entries[first : first + BATCH_EVENTS]
            arguments += [f"{self._journal.attempt}-{batch[-1].seq}", pack(batch)]
        failpoint("telemetry.before_send")
        server_id = self._append_behind(self._key, *arguments).decode()
        failpoint("telemetry.after_send")
        self._follow(server_id)

    def _follow(self, server_id: str) -> None:
        """Believes the server: what stands behind its last id is what it lacks."""
        attempt, seq = (int(part) for part in server_id.split("-"))
        self.fenced = attempt > self._journal.attempt
        self._server_id = server_id
        self._sent_seq = seq if attempt == self._journal.attempt else 0

    def _unsent(self) -> list[Entry]:
        """The next entries the server lacks; none before it was asked what it has."""
        if self._server_id == "" or self._is_current():
            return []
        if self._recent and self._recent[0].seq <= self._sent_seq + 1:
            first = self._sent_seq + 1 - self._recent[0].seq
            return list(islice(self._recent, first, first + SEND_EVENTS))
        entries = list(islice(self._journal.read(self._sent_seq), SEND_EVENTS))
        if not entries:
            self.problem = f"the journal {self._journal.path} is damaged behind {self._sent_seq}"
        return entries


def send_unrecorded(
    client: redis.Redis, run_id: str, entry_id: tuple[int, int], event: Spec
) -> None:
    """Sends one event, `(attempt, seq)`, past a journal that cannot be written any more.

    Does nothing when the stream has that id or a later one. Raises redis.ConnectionError.
    """
    attempt, seq = entry_id
    body = pack([Entry(seq, packed(event))])
    try:
        client.xadd(keys.events(run_id), {"e": body}, id=f"{attempt}-{seq}")
    except redis.ResponseError as error:
        if "equal or smaller" not in str(error):
            raise
