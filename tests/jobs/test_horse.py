"""A horse that dies before its run has begun: the run is taken again at once, and by one alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import redis
from rq.job import Job

from engine.config import RunConfig
from engine.settings.command import override
from engine.version import ENGINE
from jobs import queue
from jobs.devices.claim import Offer, look
from jobs.home import Home
from jobs.horse import MOST, Horses
from jobs.recording.tend import TAKEN_SECONDS
from jobs.requeue import YOUNG_SECONDS
from jobs.services import runs
from jobs.wire import keys
from jobs.wire.journal import path_of
from jobs.working.lease import Holder, claim
from jobs.yard import Yard
from tests.faults import visits
from tests.jobs.launched import SHORT, await_event, events, until
from tests.jobs.line import QUEUE, wait_in_line
from tests.jobs.stack import Stack

BEGUN = "trainer.begun"
"""visited by whoever trains: once, whatever happened before"""


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("place", ["worker.before_claim", "worker.claimed"])
def test_its_run_is_taken_again_at_once(
    place: str,
    yard: Yard,
    client: redis.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def is_old() -> bool:
        return int(client.info("server")["uptime_in_seconds"]) > YOUNG_SECONDS

    until(is_old, "a server whose claims are believed")
    monkeypatch.setenv("TRAINYARD_FAULT_FOLDER", str(tmp_path))
    stack = Stack(yard.home)
    stack.start("recorder")
    faults = [*(f"{place}@{visit}:kill9" for visit in (1, 2)), f"{BEGUN}@9:raise"]
    stack.start("worker", "--device", "cpu", fault=",".join(faults))
    try:
        run_id = runs.launch(yard, override(RunConfig(), [*SHORT, "hardware.threads=1"]))
        until(lambda: visits(tmp_path, place) > 0, "the first death")
        died = time.monotonic()
        until(lambda: visits(tmp_path, place) == 3, "the horse that lives")
        assert time.monotonic() - died < TAKEN_SECONDS, "two deaths, each once worth so much"
        attempt = 3 if place == "worker.claimed" else 1
        await_event(client, run_id, "finished", attempt)
        assert [e["attempt"] for e in events(client, run_id) if e["kind"] == "claimed"] == [attempt]
        assert visits(tmp_path, BEGUN) == 1
    finally:
        stack.end()


def taken(client: redis.Redis, worker: str) -> str:
    """A job that this worker took out of the queue."""
    job = wait_in_line(client)
    assert look(client, QUEUE, Offer("m", worker, 1, 1, ("cpu",), ENGINE)).job == job.encode()
    return job


def killed(horses: Horses, client: redis.Redis, job: str) -> bool:
    """Whether the job is forgotten when a horse of it is."""
    horses.died = True
    horses.ended(client, job)
    return not client.exists(Job.key_for(job))


def test_a_job_that_another_worker_has_by_now_stays(home: Home, client: redis.Redis) -> None:
    job = taken(client, "w1")
    client.delete(Job.key_for(job))  # the recorder believes in its death, and queues it
    assert queue.enqueue(client, queue.run_of(job), 1)
    assert not killed(Horses(home, "w1"), client, job), "it waits"
    assert queue.queued(client) == [job]
    assert look(client, QUEUE, Offer("m", "w2", 1, 1, ("cpu",), ENGINE)).job == job.encode()
    assert not killed(Horses(home, "w1"), client, job), "it is another one's"
    assert killed(Horses(home, "w2"), client, job)
    assert client.lrange(queue.INTERMEDIATE, 0, -1) == [job.encode()], "the first taking's"


def test_one_that_ends_well_leaves_its_job(home: Home, client: redis.Redis) -> None:
    job, horses = taken(client, "w1"), Horses(home, "w1")
    horses.ended(client, job)
    assert client.exists(Job.key_for(job))


def test_where_every_horse_dies_the_run_comes_by_less_often(
    home: Home, client: redis.Redis
) -> None:
    horses = Horses(home, "w1")
    given = [killed(horses, client, taken(client, "w1")) for _ in range(MOST + 2)]
    assert given == [True] * MOST + [False] * 2
    horses.ended(client, taken(client, "w1"))
    assert killed(horses, client, taken(client, "w1"))


def held(client: redis.Redis, run_id: str) -> bool:
    return client.hget(keys.claim(run_id), "until") != b"0"


def test_a_claim_is_let_go_only_where_no_trainer_can_be(home: Home, client: redis.Redis) -> None:
    job = taken(client, "w1")
    run_id = queue.run_of(job)
    claim(client, run_id, Holder("w2", "m", "cpu"))
    killed(Horses(home, "w1"), client, job)
    assert held(client, run_id), "it is another worker's"
    claim_key = keys.claim(run_id)
    client.delete(claim_key)
    claim(client, run_id, Holder("w1", "m", "cpu"))
    path = path_of(home.run(run_id), 1)
    path.parent.mkdir(parents=True)
    path.touch()
    killed(Horses(home, "w1"), client, job)
    assert held(client, run_id), "a trainer may have been asked for"
    path.unlink()
    killed(Horses(home, "w1"), client, job)
    assert not held(client, run_id)
