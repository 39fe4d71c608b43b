"""What becomes of a run when its worker is killed, told to end, or loses Redis."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest
import redis

from jobs.home import Home
from jobs.server import Server
from jobs.services.machines import list_machines
from jobs.wire.control import send
from jobs.wire.journal import path_of, read
from tests.faults import living
from tests.jobs.launched import (
    LONG,
    SHORT,
    await_event,
    end_worker,
    events,
    find,
    kinds,
    launch,
    settled,
    start_worker,
    until,
)


def test_stop_before_the_start(home: Home, client: redis.Redis) -> None:
    run_id = launch(client, LONG)
    send(client, run_id, "stop")
    process = start_worker(home)
    await_event(client, run_id, "finished")
    assert kinds(client, run_id) == ["claimed", "finished"]
    process.terminate()
    assert process.wait(20) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mps exists on macOS")
def test_a_device_the_worker_lacks_is_a_sentence(home: Home, client: redis.Redis) -> None:
    process = start_worker(home)
    run_id = launch(client, [*SHORT, "hardware.device=mps"])
    last = await_event(client, run_id, "finished")
    assert last["message"].startswith("hardware.device: mps")
    assert not [event for event in events(client, run_id) if event["kind"] == "log"]
    end_worker(process)


@pytest.mark.alone
def test_a_killed_worker_takes_all_with_it(home: Home, client: redis.Redis) -> None:
    process = start_worker(home)
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 4
    process.kill()
    process.wait()
    assert not living(family, 2)
    last = await_event(client, run_id, "finished", seconds=2)
    assert last["reason"] == "interrupted"
    # By the trainer: the next attempt need not wait for the end of the lease.
    settled(client, run_id)


@pytest.mark.alone
def test_sigterm_hands_the_run_back(home: Home, client: redis.Redis) -> None:
    process = start_worker(home)
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    assert process.wait(10) == 0
    assert not living(family, 2)
    last = find(client, run_id, "finished")
    assert last is not None
    assert last["reason"] == "interrupted"
    settled(client, run_id)
    assert not list(home.root.glob("*.sock"))
    assert list_machines(client)[0].workers == ()


@pytest.mark.slow
def test_training_goes_on_through_an_outage(
    home: Home, client: redis.Redis, server: Server
) -> None:
    worker = start_worker(home)
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    journal = path_of(home.run(run_id), 1)

    def trained_for(seconds: float) -> bool:
        times = [e.to_dict()["time"] for e in read(journal)]
        return bool(times[-1] - times[0] > seconds)

    until(lambda: trained_for(12.0), "12 s of training without Redis")
    server.start()
    send(client, run_id, "stop")
    last = await_event(client, run_id, "finished", seconds=20)
    assert last["reason"] == "stopped"
    steps = [e for e in events(client, run_id) if e["kind"] == "steps"]
    assert sum(len(e["seconds"]) for e in steps) == last["step"]
    assert worker.poll() is None
    await_event(client, launch(client, SHORT), "finished")
    end_worker(worker)
