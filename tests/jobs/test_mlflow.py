"""A run for MLflow, read by MLflow's own client: as a folder, and as a server was told."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.export.mlflow.told import name
from jobs.history.points import Points
from jobs.home import Home
from jobs.recording import chunks
from jobs.yard import Yard
from tests.dashboard import story
from tests.jobs.commands import trainyard

HOSTILE = "a 'run': <b>#{x}\n- y"
READ = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
runs = client.search_runs([client.get_experiment_by_name("trainyard").experiment_id])
print(json.dumps([{
    "status": run.info.status, "name": run.info.run_name, "start": run.info.start_time,
    "end": run.info.end_time, "params": run.data.params, "tags": run.data.tags,
    "histories": {key: [[m.step, m.value, m.timestamp] for m in
                        client.get_metric_history(run.info.run_id, key)]
                  for key in run.data.metrics},
    "artifacts": [a.path for a in client.list_artifacts(run.info.run_id)]
                 if run.info.artifact_uri.startswith("file:") else [],
} for run in runs]))
"""
ENVIRONMENT = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}


def client(store: Path) -> list[dict[str, Any]]:
    """All runs as MLflow's client finds them."""
    words = [sys.executable, "-W", "ignore", "-c", READ, store.resolve().as_uri()]
    asked = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    found: list[dict[str, Any]] = json.loads(asked.stdout.splitlines()[-1])
    return found


@pytest.fixture
def run_id(yard: Yard) -> str:
    """A failed run with a NaN, and curves whose names are folders of each other."""
    found = story.launched(yard, name=HOSTILE)
    story.failed(yard, found)
    points = Points.of([7], [8.5], [math.inf])
    with yard.history.writing() as connection:
        for each in ("a", "a/b", "odd [name]!"):
            chunks.append(connection, found, 1, {each: [(1, points)]})
    return found


def check(found: dict[str, Any], yard: Yard, run_id: str) -> None:
    """What both ways have to tell."""
    assert found["status"] == "FAILED"
    assert " ".join(found["name"].split()) == " ".join(HOSTILE.split())
    assert found["params"]["training.batch_size"] == "32"
    assert found["tags"]["trainyard.id"] == run_id
    assert found["tags"]["trainyard.cause"] == "loss became NaN at step 51"
    history = sorted(found["histories"]["train/loss"])
    curve = yard.history.curve(run_id, "train/loss")
    assert [step for step, _, _ in history] == curve.steps.tolist()
    assert [v for _, v, _ in history][:50] == [float(str(v)) for v in curve.values[:50]]
    assert math.isnan(history[50][1])
    assert history[0][2] == round(1_000 * curve.seconds[0])
    assert found["histories"]["odd _name__"] == [[7, math.inf, 8500]]
    assert found["end"] - found["start"] > 0


def test_a_folder_is_a_file_store(yard: Yard, home: Home, run_id: str, tmp_path: Path) -> None:
    store = tmp_path / "mlruns"
    for _ in range(2):
        done = trainyard("export", run_id, "--mlflow", str(store), home=home)
        assert done.returncode == 0, done.stderr
    (found,) = client(store)
    check(found, yard, run_id)
    assert found["artifacts"] == ["checkpoints.json", "config.json", "run.json"]


@pytest.fixture
def tracking(tmp_path: Path) -> Iterator[int]:
    """The port of a tracking server on `tmp_path`."""
    words = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("mlflow_server.py"))]
    with subprocess.Popen(
        [*words, str(tmp_path)], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def test_a_server_is_told(
    yard: Yard, home: Home, run_id: str, tracking: int, tmp_path: Path
) -> None:
    done = trainyard("export", run_id, "--mlflow", f"http://127.0.0.1:{tracking}", home=home)
    assert done.returncode == 0, done.stderr
    (found,) = client(tmp_path / "store")
    check(found, yard, run_id)
    names = sorted(path.name for path in (tmp_path / "artifacts").rglob("*.json"))
    assert names == ["checkpoints.json", "config.json", "run.json"]


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://127.0.0.1:1", "does not answer"), ("ftp://x", "write http://host:5000")],
)
def test_a_server_that_cannot_be_told(home: Home, run_id: str, address: str, said: str) -> None:
    done = trainyard("export", run_id, "--mlflow", address, home=home)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("text", ["../../etc/passwd", "/a//b/", "..", "a b", "ü", "x" * 999])
def test_names_are_no_paths(text: str) -> None:
    found = Path(name(text))
    assert not found.is_absolute()
    assert not {"..", "."} & set(found.parts)
    assert 0 < len(name(text)) <= 250
