"""What a Prometheus server reads: valid, true, and there when half of us is away."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import time

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from engine.events import Alert, Hardware
from engine.gpu_sample import GpuSample
from jobs.history.schema import RUNS
from jobs.home import Home
from jobs.prometheus import scrape
from jobs.prometheus.text import Family, render
from jobs.prometheus.training import MOST_RUNS
from jobs.recorder import Recorder
from jobs.services.machines import Presence, publish
from jobs.yard import Yard
from tests.jobs.exposition import Samples, read
from tests.jobs.speaker import Speaker, loss, save

GPU = GpuSample(
    index=0, uuid="GPU-1", name='A "big" one', utilization=50.0, memory_used=7, memory_total=8
)


@pytest.fixture
def recorder(home: Home, yard: Yard, client: redis.Redis) -> Recorder:
    """One that rounds when told."""
    return Recorder(client, yard.history, home)


def value(found: dict[str, Samples], family: str, /, **labels: str) -> float:
    """The one sample with these labels."""
    fitting = [
        number
        for pairs, number in found[f"trainyard_{family}"].items()
        if labels.items() <= dict(pairs).items()
    ]
    assert len(fitting) == 1, (family, labels)
    return fitting[0]


def drain(recorder: Recorder) -> None:
    """Rounds until nothing more comes."""
    while recorder.round():
        pass


def test_a_scrape_tells_what_there_is(yard: Yard, client: redis.Redis, recorder: Recorder) -> None:
    name = 'a "name"\\ with\nlines ünd {marks="x"}'
    done, training, _ = save(yard, "done"), save(yard, name), save(yard, "waits")
    first = Speaker(client, done)
    first.begin()
    first.finish()
    speaker = Speaker(client, training)
    speaker.begin(total_steps=500)
    speaker.steps(1, 60)
    speaker.say(Alert(code="spike", message="a spike"))
    sample = Hardware(
        cpu=25.0, process_cpu=3.0, memory_used=3, memory_total=4, process_memory=1, gpus=[GPU]
    )
    publish(client, "m1", sample)
    Presence("w1", "m1", "cpu", training).announce(client)
    Presence("w2", "m1", "cuda:0").announce(client)
    drain(recorder)

    found = read(scrape(yard))
    assert [value(found, "runs", status=each) for each in ("queued", "running", "finished")] == [
        *(1, 1, 1)
    ]
    assert value(found, "run_step", run=training, name=name) == 60
    assert value(found, "run_total_steps", run=training) == 500
    assert value(found, "run_loss", run=training) == loss(60)
    assert value(found, "run_steps_per_second", run=training) == 1.0
    assert value(found, "queue_oldest_wait_seconds") == pytest.approx(time.time() - 1_000.0, abs=9)
    assert [value(found, "workers", state=each) for each in ("idle", "busy", "lost")] == [1, 1, 0]
    assert value(found, "device_busy", machine="m1", device="cpu") == 1
    assert value(found, "machine_cpu_utilization_ratio", machine="m1") == 0.25
    assert value(found, "machine_memory_bytes", machine="m1") == 4
    assert value(found, "gpu_utilization_ratio", machine="m1", gpu="0", model=GPU.name) == 0.5
    assert "trainyard_gpu_power_watts" not in found, "the driver did not tell it"
    assert value(found, "recorded_points_total") == 60
    assert value(found, "history_events") == value(found, "recorded_events_total")
    assert value(found, "history_alerts") == 1
    assert value(found, "recorder_lag_seconds") == 0
    assert value(found, "redis_memory_bytes") > 100_000


def test_lag_is_the_age_of_what_is_not_stored(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    speaker = Speaker(client, save(yard))
    speaker.begin()
    drain(recorder)
    speaker.say(Alert(code="x", message="x", time=time.time() - 100))
    assert value(read(scrape(yard)), "recorder_lag_seconds") == pytest.approx(100, abs=9)


def test_runs_that_train_have_samples_up_to_a_bound(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    ids = [save(yard, "x" * 80) for _ in range(MOST_RUNS + 3)]
    for each in ids:
        Speaker(client, each).begin()
    drain(recorder)
    found = read(scrape(yard))
    assert len(found["trainyard_run_step"]) == MOST_RUNS
    assert {dict(pairs)["run"] for pairs in found["trainyard_run_step"]} == set(ids[3:])
    assert value(found, "runs_without_samples") == 3
    assert max(map(len, scrape(yard).splitlines())) < 300


def test_without_redis_or_history_the_rest_is_told(yard: Yard) -> None:
    save(yard)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1")
        found = read(scrape(yard))
    assert (value(found, "redis_up"), value(found, "runs", status="queued")) == (0, 1)
    with yard.history.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME TO away")
    found = read(scrape(yard))
    assert (value(found, "history_up"), value(found, "redis_up")) == (0, 1)
    assert value(found, "queue_length") == 0


def test_names_that_are_no_utf8_do_not_break_a_scrape(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    drain(recorder)
    with yard.history.writing() as connection:
        connection.execute(update(RUNS).values(name="bell\a and \u2028"))
    assert value(read(scrape(yard)), "run_step", name="bell\a and \u2028") == 0


@given(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=1), st.floats())
def test_any_label_and_number_reads_back(labels: dict[str, str], number: float) -> None:
    family = Family("some_bytes", "Any \\ text\nhere.").add(number, **labels)
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in labels.items()}
    (back,) = read(render([family]))["some_bytes"].items()
    assert dict(back[0]) == clean
    assert back[1] == number or math.isnan(number)


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus' own checker. Without one: skipped at home, failed where `CI=true`."""
    found = shutil.which("promtool")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("promtool is missing: apt-get install prometheus")
    if found is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    return found


def test_promtool_finds_nothing_to_say(
    promtool: str, yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    speaker = Speaker(client, save(yard, 'a "name"\\ with\nlines'))
    speaker.begin()
    speaker.steps(1, 60)
    gpus = [GPU.model_copy(update={"temperature": 40.0, "power": 300.0})]
    sample = Hardware(
        cpu=25.0, process_cpu=3.0, memory_used=3, memory_total=4, process_memory=1, gpus=gpus
    )
    publish(client, "m1", sample)
    Presence("w1", "m1", "cpu").announce(client)
    drain(recorder)
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=scrape(yard),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
