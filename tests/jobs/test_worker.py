"""A real worker from the queue to the last event, and everything that may happen on the way."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
import redis

from engine.config import RunConfig
from jobs import quarantine, queue
from jobs.home import Home
from jobs.ids import new_id
from jobs.server import Server
from jobs.services.machines import list_machines
from jobs.wire import keys
from jobs.wire.control import send
from jobs.wire.journal import path_of, read
from tests.conftest import joined
from tests.jobs.launched import (
    LONG,
    SHORT,
    await_event,
    end_worker,
    events,
    finish,
    horse_of,
    kinds,
    launch,
    settled,
    start_worker,
    trainer_of,
    until,
)

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home for all tests here, so that torch is imported once."""
    with joined(server, tmp_path_factory.mktemp("worker") / "home") as place:
        yield place


@pytest.fixture(scope="module")
def worker(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of all tests here; nothing of it may be left at the end."""
    process = start_worker(home)
    yield process
    end_worker(process)


@pytest.mark.usefixtures("worker")
def test_a_run_says_everything_once_in_order(home: Home, client: redis.Redis) -> None:
    run_id = launch(client, SHORT)
    last = await_event(client, run_id, "finished")
    assert last["reason"] == "completed"
    said = kinds(client, run_id)
    assert said[:2] == ["claimed", "started"]
    assert said[-1] == "finished"
    settled(client, run_id)
    journal = [{"attempt": 1, **e.to_dict()} for e in read(path_of(home.run(run_id), 1))]
    assert journal == events(client, run_id)
    steps = [e for e in events(client, run_id) if e["kind"] == "steps"]
    assert sum(len(e["seconds"]) for e in steps) == last["step"]


def test_the_worker_has_no_torch_and_shows_what_it_trains(
    worker: subprocess.Popen[bytes], client: redis.Redis
) -> None:
    run_id = launch(client, LONG)
    hardware = await_event(client, run_id, "hardware")
    assert hardware["process_memory"] > 1_000_000
    machine = next(m for m in list_machines(client) if m.workers)
    assert [(w.device, w.state, w.run_id) for w in machine.workers] == [("cpu", "busy", run_id)]
    for process in (psutil.Process(worker.pid), horse_of(worker)):
        assert not [m.path for m in process.memory_maps() if "torch" in m.path]
    assert [m.path for m in trainer_of(worker).memory_maps() if "torch" in m.path]
    finish(client, run_id)


@pytest.mark.usefixtures("worker")
def test_stop_saves_and_ends(home: Home, client: redis.Redis) -> None:
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    send(client, run_id, "stop")
    last = await_event(client, run_id, "finished", seconds=5)
    assert last["reason"] == "stopped"
    assert last["step"] > 0
    assert list((home.run(run_id) / "checkpoints").glob("*/manifest.json"))


def test_duplicate_delivery_trains_once(
    worker: subprocess.Popen[bytes], home: Home, client: redis.Redis
) -> None:
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    other = start_worker(home)
    assert queue.enqueue(client, run_id, 2)
    job = f"rq:job:{queue.job_id(run_id, 2)}"
    until(lambda: client.hget(job, "status") == b"finished", "the second delivery's end")
    assert kinds(client, run_id).count("claimed") == 1
    assert worker.poll() is None
    other.terminate()
    assert other.wait(20) == 0
    finish(client, run_id)


def test_a_killed_trainer_is_told_of_at_once_and_resumes(
    worker: subprocess.Popen[bytes], client: redis.Redis
) -> None:
    run_id = launch(client, [*LONG, "training.checkpoint_seconds=0.2"])
    await_event(client, run_id, "checkpoint")
    trainer_of(worker).kill()
    ended = await_event(client, run_id, "ended", seconds=1)
    assert ended["signal"] == signal.SIGKILL
    assert "killed by signal 9" in ended["cause"]
    settled(client, run_id)
    assert queue.enqueue(client, run_id, 2)
    started = await_event(client, run_id, "started", attempt=2)
    assert started["resumed"] == "exact"
    assert started["step"] > 0
    finish(client, run_id)


def test_a_killed_forkserver_is_replaced(
    worker: subprocess.Popen[bytes], client: redis.Redis
) -> None:
    run_id = launch(client, LONG)
    await_event(client, run_id, "steps")
    parent = trainer_of(worker).parent()
    assert parent is not None
    parent.kill()
    assert await_event(client, run_id, "finished", seconds=5)["reason"] == "interrupted"
    settled(client, run_id)
    await_event(client, launch(client, SHORT), "finished")


@pytest.mark.usefixtures("worker")
def test_settings_that_fail_leave_a_sentence(client: redis.Redis) -> None:
    config = RunConfig().to_dict()
    config["training"]["epochs"] = -1
    run_id = new_id()
    client.set(keys.spec(run_id), json.dumps(config))
    assert queue.enqueue(client, run_id, 1)
    last = await_event(client, run_id, "finished")
    assert last["reason"] == "failed"
    assert "training.epochs" in last["message"]
    assert "Traceback" not in last["message"]
    settled(client, run_id)


def hostile_jobs(canary: str) -> list[dict[Any, Any]]:
    """Job hashes that would create the file `canary` or end a careless worker."""
    touch = f"touch {canary}"
    call = json.dumps(["jobs.job.launch", None, ["0" * 26], {}])
    return [
        {"data": json.dumps(["os.system", None, [touch], {}])},
        {"data": json.dumps(["builtins.eval", None, [f"open({canary!r}, 'w')"], {}])},
        {"data": b"cos\nsystem\n(S'" + touch.encode() + b"'\ntR."},
        {"data": call, "success_callback_name": "os.abort", "failure_callback_name": "os.abort"},
        {"data": call, "created_at": "not-a-date", "timeout": "x", "status": "none"},
        {"data": call, "webhooks": '[{"url": "http://127.0.0.1:1/"}]', "meta": b"\xff"},
        {"data": json.dumps(["jobs.job.launch", "os", ["0" * 26], {}])},
        {"data": json.dumps(["jobs.job.launch", None, ["../../etc"], {}])},
        {"data": json.dumps(["jobs.job.launch", None, ["0" * 26], {"x": 1}])},
        {"data": "[" * 100_000},
        {"data": b"\xff\xfe"},
        {"nothing": "here"},
    ]


def test_hostile_jobs_do_nothing(
    worker: subprocess.Popen[bytes], home: Home, client: redis.Redis
) -> None:
    canary = home.root / "canary"
    for number, job in enumerate(hostile_jobs(str(canary))):
        client.hset(f"rq:job:bad-{number}", mapping=job)
        client.rpush("rq:queue:trainyard", f"bad-{number}")
    client.set("rq:job:wrong-type", "text")
    for entry in ("wrong-type", "../../x", "a:b:c", "", b"\xff\xfe", "missing"):
        client.rpush("rq:queue:trainyard", entry)
    await_event(client, launch(client, SHORT), "finished")
    assert not canary.exists()
    assert worker.poll() is None
    aside = {each.entry: each.why for each in quarantine.look(client)}
    assert aside.keys() == {
        # The others are launches of a run, of which nothing but its id is believed.
        *(f"bad-{number}" for number in (0, 1, 2, 6, 7, 8, 9, 10, 11)),
        *("wrong-type", "../../x", "a:b:c", "", "\\xff\\xfe", "missing"),
    }
    log = (home.root / "worker.log").read_text()
    assert aside["bad-0"] in log
    assert aside["bad-0"] == "Refused: it does not call jobs.job.launch."
    assert aside["\\xff\\xfe"] == "It is no text."
