"""What becomes of a run whose horse died before it had said anything: it goes back at once.

Its worker alone sees that the horse is dead. To all others the claim may still be under way, or
holds until its lease has run out: ten seconds of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis
from rq.job import Job

from jobs.home import Home
from jobs.queue import INTERMEDIATE, run_of
from jobs.wire import keys
from jobs.wire.journal import path_of
from jobs.working.lease import release

MOST = 3
"""deaths in a row: on a machine where every horse dies at once, the run comes by every ten seconds
and not several times a second"""

GIVE_BACK = """
if redis.call('HGET', KEYS[1], 'taken') ~= ARGV[1] then return 0 end
redis.call('LREM', KEYS[2], 1, ARGV[2])
return redis.call('DEL', KEYS[1])
"""
"""forgets a job, unless it has been queued again by now and is another worker's"""


@dataclass
class Horses:
    """The horses of one worker, one after the other."""

    home: Home
    worker: str
    died: bool = False
    """the last one, without having done its work"""
    _deaths: int = 0

    def ended(self, client: redis.Redis, job: str) -> None:
        """The last one is gone. If it `died`, its run can be taken anew.

        The recorder queues it: a run without a job, whose claim does not hold, is taken by nobody.
        """
        self._deaths = self._deaths + 1 if self.died else 0
        self.died = False
        if 0 < self._deaths <= MOST:
            client.eval(GIVE_BACK, 2, Job.key_for(job), INTERMEDIATE, self.worker, job)
            self._let_go(client, run_of(job))

    def _let_go(self, client: redis.Redis, run_id: str) -> None:
        """Ends its claim where it was for nothing.

        An attempt writes its journal before it asks for a trainer: without one there is none, whose
        end would have to be waited for.
        """
        held: Any = client.hmget(keys.claim(run_id), "attempt", "worker")
        if held[1] != self.worker.encode():
            return
        attempt = int(held[0])
        if not path_of(self.home.run(run_id), attempt).exists():
            release(client, run_id, attempt)
