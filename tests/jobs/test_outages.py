"""Workers while Redis is away: idle ones wait, ending ones do not."""

from __future__ import annotations

import os
import signal
import threading

import psutil
import pytest
import redis

from jobs import queue
from jobs.home import Home
from jobs.server import Server
from jobs.services.machines import list_machines
from jobs.wire import keys
from jobs.wire.journal import path_of, read
from tests.faults import living
from tests.jobs.launched import (
    LONG,
    SHORT,
    await_event,
    end_worker,
    find,
    launch,
    start_worker,
    until,
)


def kill(server: Server) -> None:
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()


def expired(client: redis.Redis, run_id: str) -> bool:
    lease = int(client.hget(keys.claim(run_id), "until") or 0)
    return lease < int(client.time()[0]) * 1000


@pytest.mark.slow
def test_an_idle_worker_waits_for_redis(home: Home, client: redis.Redis, server: Server) -> None:
    worker = start_worker(home)
    until(lambda: list_machines(client), "worker")
    kill(server)
    assert not threading.Event().wait(12.0)
    server.start()
    assert worker.poll() is None
    await_event(client, launch(client, SHORT), "finished")
    end_worker(worker)


@pytest.mark.slow
@pytest.mark.alone
def test_shutting_down_without_redis_saves_the_run(
    home: Home, client: redis.Redis, server: Server
) -> None:
    worker = start_worker(home)
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    family = psutil.Process(worker.pid).children(recursive=True)
    kill(server)
    # By then the worker itself waits for Redis, patiently.
    assert not threading.Event().wait(6.0)
    worker.terminate()
    worker.wait(10)
    assert not living(family, 2)
    last = [entry.to_dict() for entry in read(path_of(home.run(run_id), 1))][-1]
    assert last["kind"] == "finished"
    assert last["reason"] == "interrupted"
    assert list((home.run(run_id) / "checkpoints").glob("*/manifest.json"))
    server.start()
    until(lambda: expired(client, run_id), "end of the lease that nobody could release")
    worker = start_worker(home)
    assert queue.enqueue(client, run_id, 2)
    await_event(client, run_id, "started", attempt=2)
    assert find(client, run_id, "finished", attempt=1) is not None
    end_worker(worker)


@pytest.mark.alone
def test_a_second_sigterm_does_not_wait(home: Home, client: redis.Redis) -> None:
    worker = start_worker(home)
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    horses = psutil.Process(worker.pid).children()
    trainers = [each for child in horses for each in child.children()]
    # A trainer that does not react, as in a long native call.
    for trainer in trainers:
        trainer.suspend()
    worker.terminate()
    # RQ takes two signals within a second for one.
    assert not threading.Event().wait(1.2)
    worker.terminate()
    worker.wait(5)
    for trainer in trainers:
        trainer.resume()
    assert not living([*horses, *trainers], 8)
