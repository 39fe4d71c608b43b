"""Telemetry through a server that is killed, rolled back, wiped and taken over."""

from __future__ import annotations

import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.events import Log
from jobs.home import Home
from jobs.server import Server
from jobs.wire import keys
from jobs.wire.connect import connect, connect_unretried
from jobs.wire.journal import Entry, Journal, read
from jobs.wire.packing import unpack
from jobs.wire.telemetry import Telemetry
from tests.faults import arm
from tests.jobs.stack import until

RUN = "01RUN"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("REDIS_URL", raising=False)
    server = Server(Home(tmp_path / "home"))
    server.start()
    yield server
    server.stop()


def recorded(client: redis.Redis) -> list[tuple[int, int]]:
    """Seq and step of all events on the stream."""
    found: Any = client.xrange(keys.events(RUN))
    return [(seq, event["step"]) for _, fields in found for seq, event in unpack(fields)]


def writer(home: Home, folder: Path, attempt: int = 1) -> Telemetry:
    return Telemetry(connect_unretried(home), RUN, Journal(folder, attempt))


def kill(server: Server) -> None:
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()


def emit(telemetry: Telemetry, first: int, last: int) -> None:
    """Steps `first` to `last`, about 1,000 a second."""
    pace = threading.Event()
    for step in range(first, last + 1):
        telemetry.emit(Log(step=step, message="x"))
        pace.wait(0.001)


def until_sent(client: redis.Redis, step: int) -> None:
    deadline = time.monotonic() + 20
    while not (found := recorded(client)) or found[-1][1] < step:
        assert time.monotonic() < deadline, f"step {step} did not arrive"


def test_two_kills_lose_and_double_nothing(own: Server, tmp_path: Path) -> None:
    telemetry = writer(own.home, tmp_path)
    for first in (1, 701, 1401):
        emitting = threading.Thread(target=emit, args=(telemetry, first, min(first + 699, 2000)))
        emitting.start()
        if first > 1:
            kill(own)
            own.start()
        emitting.join()
    assert telemetry.close(timeout=30)
    with connect(own.home) as client:
        assert recorded(client) == [(n, n) for n in range(1, 2001)]


def test_what_a_server_forgot_is_sent_again(own: Server, tmp_path: Path) -> None:
    telemetry = writer(own.home, tmp_path)
    with connect(own.home) as client:
        for first in range(1, 1001, 100):
            emit(telemetry, first, first + 99)
            until_sent(client, first + 99)
        kill(own)
        (file,) = (own.home.redis / "appendonlydir").glob("*.incr.aof")
        os.truncate(file, file.stat().st_size - 3_000)
        own.start()
        lost = 1000 - len(recorded(client))
        assert telemetry.close(timeout=30)
        assert recorded(client) == [(n, n) for n in range(1, 1001)]
    assert lost > 0


def test_a_wiped_server_gets_everything_from_the_journal(home: Home, client: redis.Redis) -> None:
    telemetry = writer(home, home.run(RUN))
    for step in range(1, 12_001):
        telemetry.emit(Log(step=step, message="x"))
    until_sent(client, 12_000)
    client.flushall()
    assert telemetry.close(timeout=30)
    assert recorded(client) == [(n, n) for n in range(1, 12_001)]


def test_a_stale_attempt_is_refused(home: Home, client: redis.Redis) -> None:
    stale = writer(home, home.run(RUN), attempt=1)
    stale.emit(Log(step=1, message="x"))
    until_sent(client, 1)
    current = writer(home, home.run(RUN), attempt=2)
    current.emit(Log(step=2, message="x"))
    until_sent(client, 2)
    stale.emit(Log(step=3, message="x"))
    assert not stale.close()
    assert stale.fenced
    assert current.close()
    assert recorded(client) == [(1, 1), (1, 2)]


def test_the_next_writer_ships_what_was_left(home: Home, client: redis.Redis) -> None:
    folder = home.run(RUN)
    unreachable = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    first = Telemetry(unreachable, RUN, Journal(folder, 1))
    first.emit(Log(step=1, message="x"))
    assert not first.close(timeout=0.5)
    second = writer(home, folder)
    second.emit(Log(step=2, message="x"))
    assert second.close()
    assert recorded(client) == [(1, 1), (2, 2)]


def full_for(monkeypatch: pytest.MonkeyPatch, *visits: str) -> None:
    arm(monkeypatch, *(f"journal.before_write@{visit}:enospc" for visit in visits))


def test_a_full_disk_is_waited_for(
    home: Home, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_for(monkeypatch, "1", "2", "3")
    telemetry = Telemetry(connect_unretried(home), RUN, Journal(home.run(RUN), 1))
    telemetry.emit(Log(step=1, message="x"))
    until(lambda: telemetry.full != "" or bool(recorded(client)), "a full disk")
    telemetry.emit(Log(step=2, message="x"))
    until(lambda: len(recorded(client)) == 2, "room")
    assert telemetry.full == telemetry.problem == ""
    assert telemetry.close()
    assert recorded(client) == [(1, 1), (2, 2)]


def test_a_disk_that_stays_full_is_a_sentence(
    home: Home, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_for(monkeypatch, "1+")
    telemetry = Telemetry(connect_unretried(home), RUN, Journal(home.run(RUN), 1))
    telemetry.emit(Log(message="x"))
    assert not telemetry.close(timeout=0.3)
    assert "No space left on device" in telemetry.problem
    assert recorded(client) == []


def test_what_a_full_disk_took_in_part_is_taken_back(home: Home) -> None:
    journal = Journal(home.run(RUN), 1)
    journal.append([Entry(1, b"first")])
    size = journal.path.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            journal.append([Entry(2, b"second")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert journal.path.stat().st_size == size
    journal.append([Entry(2, b"again")])
    journal.close()
    assert [entry.body for entry in read(journal.path)] == [b"first", b"again"]


@pytest.mark.alone
def test_emit_waits_for_nobody(home: Home) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    hanging = redis.Redis(port=port, socket_timeout=1, retry=Retry(NoBackoff(), 0))
    telemetry = Telemetry(hanging, RUN, Journal(home.run(RUN), 1))
    slowest = 0.0
    for step in range(5_000):
        began = time.perf_counter()
        telemetry.emit(Log(step=step, message="x"))
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 0.2
    assert not telemetry.close(timeout=0.1)
    silent.close()


def test_what_somebody_waits_for_goes_without_a_rest(
    own: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.wire.telemetry.FLUSH_SECONDS", 600.0)
    monkeypatch.setattr("jobs.wire.telemetry.REST", 10**9)
    client, telemetry = connect(own.home), writer(own.home, tmp_path)
    telemetry.emit(Log(step=1, message="x"))
    until_sent(client, 1)
    telemetry.emit(Log(step=2, message="rests"))
    telemetry.emit(Log(step=3, message="does not"), at_once=True)
    until_sent(client, 3)
    assert recorded(client) == [(1, 1), (2, 2), (3, 3)]
    assert telemetry.close()
