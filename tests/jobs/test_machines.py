"""Machines and workers as the pages see them, judged by the server's clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import redis

from jobs import keys
from jobs.hardware import SEARCH_EVERY, Meter, machine_name
from jobs.home import Home
from jobs.machines import Presence, list_machines, publish, recent_samples


def test_a_machine_shows_its_workers_and_its_sample(client: redis.Redis) -> None:
    assert list_machines(client) == []
    Presence("w-cpu-1", "here", "cpu", run_id="01RUN").announce(client)
    Presence("w-cpu-2", "here", "cpu").announce(client)
    publish(client, "here", Meter().sample())
    (machine,) = list_machines(client)
    assert machine.alive
    assert machine.devices == ("cpu",)
    assert [(w.state, w.run_id) for w in machine.workers] == [("busy", "01RUN"), ("idle", "")]
    assert machine.sample is not None
    assert machine.sample.memory_total > machine.sample.memory_used > 0
    assert len(recent_samples(client, "here")) == 1


def test_the_silent_are_lost_then_forgotten(client: redis.Redis) -> None:
    body = {"name": "w", "machine": "away", "device": "cpu", "run_id": "01RUN"}
    seconds = int(client.time()[0])
    client.hset(keys.WORKERS, "w", json.dumps({"seen": (seconds - 60) * 1000, "body": body}))
    (machine,) = list_machines(client)
    assert not machine.alive
    assert machine.workers[0].state == "lost"
    client.hset(keys.WORKERS, "w", json.dumps({"seen": (seconds - 7200) * 1000, "body": body}))
    assert list_machines(client) == []
    assert not client.hexists(keys.WORKERS, "w")


def test_leaving_is_seen_at_once(client: redis.Redis) -> None:
    worker = Presence("w", "here", "cpu")
    worker.announce(client)
    worker.leave(client)
    assert list_machines(client) == []


def test_the_meter_finds_children_that_come_later() -> None:
    meter = Meter(os.getpid())
    alone = meter.sample().process_memory
    command = [sys.executable, "-c", "print(flush=True); input()"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        sizes = [meter.sample().process_memory for _ in range(SEARCH_EVERY)]
        assert sizes[-1] > alone + 2_000_000
    finally:
        child.communicate(b"\n")
    assert [meter.sample().process_memory for _ in range(SEARCH_EVERY)][-1] < sizes[-1]


def test_the_meter_sees_its_processes_work() -> None:
    meter = Meter(os.getpid())
    done = time.monotonic() + 0.2
    while time.monotonic() < done:
        sum(range(1000))
    sample = meter.sample(step=7)
    assert sample.step == 7
    assert sample.process_cpu > 10
    assert 1_000_000 < sample.process_memory < sample.memory_total
    assert 0 <= sample.cpu <= 100


def test_the_sampler_publishes(home: Home, client: redis.Redis) -> None:
    sampler = subprocess.Popen([sys.executable, "-m", "jobs.sampler", "--parent", str(os.getpid())])
    try:
        pace, deadline = threading.Event(), time.monotonic() + 20
        while not (found := list_machines(client)):
            assert time.monotonic() < deadline
            pace.wait(0.05)
        assert found[0].name == machine_name()
        assert home.root.exists()
    finally:
        sampler.terminate()
        assert sampler.wait(5) == 0
