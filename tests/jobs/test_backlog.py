"""Redis out of reach: for ten minutes and a million points, silent, or without its answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.events import Steps
from jobs.events import Claimed
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.services import runs
from jobs.wire.connect import connect
from jobs.wire.endpoint import Endpoint
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, loss, save
from tests.jobs.stack import until
from tests.jobs.wire import Wire

AWAY_SECONDS = 600.0
POINTS = 1_000_000
PACKED = 64
"""steps in an event, as the engine packs them"""

EMIT_SECONDS = 20e-6
"""of processor time that the training thread may spend on an event, Redis there or not"""

DRAIN = 20_000
"""points a second, from Redis to the history"""


@pytest.fixture
def wire(home: Home) -> Iterator[Wire]:
    endpoint = Endpoint.read(home)
    assert endpoint is not None
    with_faults = Wire(endpoint.port)
    yield with_faults
    with_faults.close()


def client_of(home: Home, wire: Wire, timeout: float = 5.0) -> redis.Redis:
    endpoint = Endpoint.read(home)
    assert endpoint is not None
    return redis.Redis(
        port=wire.port,
        password=endpoint.password,
        protocol=2,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


def steps(first: int) -> Steps:
    taken = range(first, first + PACKED)
    return Steps(
        step=taken[-1],
        epoch=1,
        seconds=[float(step) for step in taken],
        metrics={"train/loss": [loss(step) for step in taken]},
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_minutes_without_redis_and_a_million_points(
    home: Home, client: redis.Redis, yard: Yard, wire: Wire
) -> None:
    run_id = save(yard)
    moved, journal = 0.0, Journal(home.run(run_id), 1)
    telemetry = Telemetry(
        client_of(home, wire), run_id, journal, clock=lambda: time.monotonic() + moved
    )
    telemetry.emit(Claimed(attempt=1, worker="w1", machine="m1", device="cpu"))
    Speaker(client, run_id).lease.renew(client)
    recorder = Recorder(client, yard.history, home, young_seconds=0, quiet_seconds=0)
    until(lambda: not recorder.round() and yard.history.position(run_id) == (1, 1), "the claim")

    wire.cut()
    events = [steps(first) for first in range(1, POINTS, PACKED)]
    began = time.thread_time()
    for event in events:
        telemetry.emit(event)
    spent = time.thread_time() - began
    assert spent / len(events) < EMIT_SECONDS
    until(lambda: journal.last_seq == len(events) + 1, "the journal", 300)
    moved = AWAY_SECONDS
    # What ten minutes do to the lease: the run counts as lost until it speaks again.
    Speaker(client, run_id).lease.release(client)
    recorder.tend()
    assert runs.get(yard, run_id).status == "resuming"
    assert yard.history.position(run_id) == (1, 1)

    wire.mend()
    assert telemetry.close(timeout=AWAY_SECONDS)
    began = time.process_time()
    while recorder.round():
        pass
    drained = POINTS / (time.process_time() - began)
    line = yard.history.curve(run_id, "train/loss")
    assert len(line) == POINTS
    assert line.steps.tolist() == list(range(1, POINTS + 1))
    assert line.values.tolist()[:: POINTS // 1000] == [
        loss(step) for step in range(1, POINTS + 1, POINTS // 1000)
    ]
    assert yard.history.position(run_id) == (1, len(events) + 1)
    assert drained > DRAIN
    print(f"emit {1e6 * spent / len(events):.1f} us an event, drained {drained:,.0f} points/s")  # noqa: T201


def test_a_patient_client_outlasts_ten_minutes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that its waiting moves."""
    waited = 0.0

    def wait(seconds: float) -> None:
        nonlocal waited
        waited += seconds

    monkeypatch.setattr("redis.retry.sleep", wait)
    patience = connect(home).get_retry()
    assert patience is not None

    def ask() -> str:
        if waited < AWAY_SECONDS:
            raise redis.ConnectionError("refused")
        return "here"

    assert patience.call_with_retry(ask, lambda _: None) == "here"


def test_an_answer_that_is_lost_doubles_nothing(
    home: Home, client: redis.Redis, yard: Yard, wire: Wire
) -> None:
    """The batch is in the stream, the writer does not know: it sends it again."""
    run_id = save(yard)
    telemetry = Telemetry(client_of(home, wire), run_id, Journal(home.run(run_id), 1))
    telemetry.emit(Claimed(attempt=1, worker="w1", machine="m1", device="cpu"))
    recorder = Recorder(client, yard.history, home)
    until(lambda: not recorder.round() and yard.history.position(run_id) == (1, 1), "the claim")
    wire.lose_replies()
    telemetry.emit(steps(1))
    until(lambda: not recorder.round() and yard.history.position(run_id) == (1, 2), "the batch")
    wire.mend()
    telemetry.emit(steps(1 + PACKED))
    assert telemetry.close()
    while recorder.round():
        pass
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 2 * PACKED + 1))


def test_a_server_that_hangs_holds_nobody_up(home: Home, wire: Wire) -> None:
    journal = Journal(home.run("01RUN"), 1)
    telemetry = Telemetry(client_of(home, wire, 0.3), "01RUN", journal)
    telemetry.emit(steps(1))
    wire.stall()
    telemetry.emit(steps(1 + PACKED))
    until(lambda: journal.last_seq == 2, "the journal")
    wire.mend()
    assert telemetry.close()
