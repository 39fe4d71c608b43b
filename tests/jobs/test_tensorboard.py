"""Event files, read by TensorBoard itself: its accumulator, and its server over HTTP."""

from __future__ import annotations

import json
import math
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from engine.saving.failpoints import Fault
from jobs.export.tensorboard import events
from jobs.export.tensorboard.records import checksum, checksums, read
from jobs.history.points import Points
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.launched import until
from tests.jobs.speaker import Speaker, loss, save

READ = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
found.Reload()
tags = found.Tags()
scalars = {t: [[e.step, e.wall_time, e.value] for e in found.Scalars(t)] for t in tags["scalars"]}
texts = {t: found.Tensors(t)[0].tensor_proto.string_val[0].decode() for t in tags["tensors"]
         if found.SummaryMetadata(t).plugin_data.plugin_name == "text"}
from tensorboard.plugins.hparams import metadata
sessions = [t for t in tags["tensors"]
            if found.SummaryMetadata(t).plugin_data.plugin_name == "hparams"]
settings = {}
for tag in sessions:
    if tag == metadata.SESSION_START_INFO_TAG:
        content = found.SummaryMetadata(tag).plugin_data.content
        for name, value in metadata.parse_session_start_info_plugin_data(content).hparams.items():
            settings[name] = getattr(value, value.WhichOneof("kind"))
print(json.dumps([scalars, texts, settings, sorted(sessions)]))
"""


def accumulated(folder: Path) -> list[Any]:
    """Scalars, texts, hyperparameters and their records, as TensorBoard reads one folder."""
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    found: list[Any] = json.loads(asked.stdout)
    return found


def steps(scalars: dict[str, Any], tag: str = "train/loss") -> list[int]:
    return [step for step, _, _ in scalars[tag]]


@given(st.binary(max_size=80))
def test_checksums_of_many_are_those_of_each(content: bytes) -> None:
    rows = np.frombuffer(content * 3, np.uint8).reshape(3, -1)
    assert checksums(rows).tolist() == [checksum(content)] * 3


def test_the_checksum_is_castagnolis() -> None:
    crc = (checksum(b"123456789") - 0xA282EAD8) & 0xFFFFFFFF
    assert (crc >> 17 | crc << 15) & 0xFFFFFFFF == 0xE3069283


@given(
    st.text(min_size=1, max_size=300),
    st.integers(0, 2**31 - 1),
    st.floats(0, 4e9),
    st.floats(width=32),
)
def test_a_point_reads_back(tag: str, step: int, seconds: float, value: float) -> None:
    import io

    tag = tag.encode("utf-8", "replace").decode()
    content = events.scalars(tag, Points.of([step, 5], [seconds, 1.0], [value, 0.0]))
    first, second = read(io.BytesIO(content))
    assert events.place(first) == (tag, step, seconds)
    assert struct.unpack("<f", first[-4:])[0] == value or math.isnan(value)
    assert len(first) == len(second)


@pytest.fixture
def live(yard: Yard, client: redis.Redis) -> Iterator[Recorder]:
    """A recorder whose owner wants event files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINYARD_TENSORBOARD", "1")
        recorder = Recorder(client, yard.history, yard.home)
        yield recorder
        recorder.close()


def drain(recorder: Recorder) -> None:
    while recorder.round():
        pass


def test_files_grow_as_points_come_and_survive_kills(
    yard: Yard, home: Home, client: redis.Redis, live: Recorder
) -> None:
    run_id = save(yard, "grows")
    folder = home.run(run_id) / "tensorboard"
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 30)
    drain(live)
    assert steps(accumulated(folder)[0]) == [*range(1, 31)]
    # The recorder dies between the commit and the file; what it had begun to write is torn.
    speaker.steps(31, 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINYARD_FAULT", "recorder.after_commit@1:raise")
        with pytest.raises(Fault):
            drain(live)
    (path,) = folder.iterdir()
    with path.open("ab") as file:
        file.write(events.scalars("train/loss", Points.of([31], [131.0], [0.0]))[:-7])
    again = Recorder(client, yard.history, home)
    speaker.steps(41, 50)
    drain(again)
    # A further attempt repeats ten steps.
    second = Speaker(client, run_id, attempt=2)
    second.begin(step=40)
    second.steps(41, 60)
    drain(again)
    second.finish()
    drain(again)
    again.tend()
    drain(again)
    scalars, texts, settings, sessions = until(
        lambda: (again.round(), accumulated(folder))[1], "an event file"
    )
    assert steps(scalars) == [*range(1, 61)]
    assert [value for _, _, value in scalars["train/loss"]] == [loss(s) for s in range(1, 61)]
    assert '"batch_size"' in texts["settings"]
    assert settings["training.batch_size"] == 32.0
    assert sessions == ["_hparams_/session_end_info", "_hparams_/session_start_info"]
    assert len(list(folder.iterdir())) == 1
    again.close()


def test_off_unless_it_is_asked_for(yard: Yard, home: Home, client: redis.Redis) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    drain(Recorder(client, yard.history, home))
    assert not (home.run(run_id) / "tensorboard").exists()


def test_a_disk_that_refuses_does_not_stop_the_recording(
    yard: Yard, home: Home, client: redis.Redis, live: Recorder
) -> None:
    run_id = save(yard)
    home.run(run_id).mkdir(parents=True)
    (home.run(run_id) / "tensorboard").write_text("a file where a folder should be")
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 10)
    drain(live)
    assert len(yard.history.curve(run_id, "train/loss")) == 10


@contextmanager
def tensorboard(folder: Path) -> Iterator[str]:
    """TensorBoard's own server on a folder; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-W", "ignore", "-m", "tensorboard.main", "--logdir", str(folder)]
    words += ["--port", str(port), "--host", "127.0.0.1", "--load_fast=false"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, *words], stdout=log, stderr=log, env=os.environ)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        log.close()


def asked(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def test_its_server_shows_an_exported_run(
    yard: Yard, home: Home, client: redis.Redis, tmp_path: Path
) -> None:
    run_id = save(yard, "exported")
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 100)
    speaker.finish()
    drain(Recorder(client, yard.history, home))
    done = trainyard("export", run_id, "--tensorboard", str(tmp_path / "runs" / "mine"), home=home)
    assert done.returncode == 0, done.stderr
    once = next((tmp_path / "runs" / "mine").iterdir()).read_bytes()
    again = trainyard("export", run_id, "--tensorboard", str(tmp_path / "runs" / "mine"), home=home)
    assert again.returncode == 0
    (path,) = (tmp_path / "runs" / "mine").iterdir()
    assert path.read_bytes() == once, "the same once more adds nothing"
    with tensorboard(tmp_path / "runs") as address:
        tags = until(
            lambda: asked(f"{address}/data/plugin/scalars/tags"), "tags of TensorBoard's server"
        )
        assert "train/loss" in tags["mine"]
        points = asked(f"{address}/data/plugin/scalars/scalars?run=mine&tag=train%2Floss")
        assert [step for _, step, _ in points] == [*range(1, 101)]
        assert [value for _, _, value in points] == [loss(step) for step in range(1, 101)]
