"""Machines and workers as the pages see them, judged by the server's clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import redis

from engine.events import Hardware
from jobs.home import Home
from jobs.measures import measures
from jobs.sampling.flows import Flow
from jobs.sampling.hardware import SEARCH_EVERY, Meter, machine_name
from jobs.services.machines import Presence, list_machines, publish, recent_samples
from jobs.wire import keys


def test_a_machine_shows_its_workers_and_its_sample(client: redis.Redis) -> None:
    assert list_machines(client) == []
    Presence("w-cpu-1", "here", "cpu", run_id="01RUN").announce(client)
    Presence("w-cpu-2", "here", "cpu").announce(client)
    publish(client, "here", Meter().sample())
    (machine,) = list_machines(client)
    assert machine.alive
    assert [each.name for each in machine.devices] == ["cpu"]
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
    sampler = subprocess.Popen(
        [sys.executable, "-m", "jobs.sampling.sampler", "--parent", str(os.getpid())]
    )
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


def test_the_meter_counts_what_its_processes_write(tmp_path: Path) -> None:
    meter = Meter(os.getpid(), folder=tmp_path)
    with (tmp_path / "written").open("wb") as file:
        file.write(os.urandom(8_000_000))
        file.flush()
        os.fsync(file.fileno())
    sample = meter.sample()
    assert sample.disk_total is not None
    assert sample.disk_free is not None
    assert 0 < sample.disk_free < sample.disk_total
    if psutil.LINUX:
        assert sample.process_disk_written is not None
        assert sample.process_disk_written > 1_000_000
    for rate in (sample.disk_read, sample.disk_written, sample.network_sent):
        assert rate is None or rate >= 0
    curves = {metric for metric, _, _, _ in measures(sample)}
    assert {"hardware/disk_free", "hardware/cpu"} <= curves
    assert ("hardware/network_sent" in curves) == (sample.network_sent is not None)


def test_a_counter_that_is_gone_or_begins_anew_is_no_number() -> None:
    flow = Flow()
    assert flow.rates((100, 100)) == (None, None)
    first, second = flow.rates((50, 4_000))
    assert first == 0
    assert second is not None
    assert second > 0
    assert flow.rates(None) == (None, None)
    assert flow.rates((60, 4_000)) == (None, None)


def test_samples_of_older_versions_are_read() -> None:
    old = {"cpu": 1.0, "process_cpu": 0, "memory_used": 1, "memory_total": 2, "process_memory": 0}
    sample = Hardware.model_validate(old)
    assert sample.disk_free is None
    assert len(list(measures(sample))) == 4
