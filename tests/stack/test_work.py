"""`./trainyard worker` on a machine that has nothing but devices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest
import redis

from jobs.home import Home
from jobs.sampling.hardware import machine_name
from jobs.services.machines import list_machines
from tests.faults import living
from tests.jobs.launched import until
from tests.stack.conftest import PROJECT

COMMAND = [sys.executable, "-m", "jobs.stack", "worker"]


@pytest.mark.parametrize("named", ["REDIS_URL", "--redis"])
def test_a_worker_joins_by_an_address_and_leaves_nothing(
    named: str, home: Home, client: redis.Redis, tmp_path: Path
) -> None:
    from jobs.wire.connect import url

    address = {"REDIS_URL": url(home)} if named == "REDIS_URL" else {}
    words = [] if address else ["--redis", url(home), "--label", "lab-3"]
    process = subprocess.Popen(
        [*COMMAND, "--device", "cpu", *words],
        cwd=PROJECT,
        env={**os.environ, **address, "TRAINYARD_HOME": str(tmp_path / "elsewhere")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    (worker, *_) = until(lambda: [w for m in list_machines(client) for w in m.workers], "a worker")
    assert worker.machine == ("lab-3" if words else machine_name())
    assert worker.versions["torch"] == version("torch")
    assert url(home) not in " ".join(psutil.Process(process.pid).cmdline()), "it has the password"
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "worker-cpu waiting for runs" in said
    assert not living(family, 5)
    assert not (tmp_path / "elsewhere" / "history.sqlite").exists(), "a worker needs no database"


@pytest.mark.parametrize(
    ("arguments", "address", "said"),
    [
        ([], None, "No Trainyard runs in"),
        ([], "redis://127.0.0.1:1", "No Redis answers at REDIS_URL"),
        (["--store", "memory://x"], "there", "that is the memory of one process"),
        (["--store=s3://key:hidden@bucket/x"], "there", "pip install s3fs"),
        (["--label", "../etc"], "there", "A machine cannot be called '../etc'"),
        (["--device", "cuda:77"], "there", "There is no device 'cuda:77' on this machine"),
    ],
)
def test_what_is_missing_is_a_sentence(
    arguments: list[str], address: str | None, said: str, home: Home, tmp_path: Path
) -> None:
    from jobs.wire.connect import url

    environment = {**os.environ, "TRAINYARD_HOME": str(tmp_path / "elsewhere")}
    if address is not None:
        environment["REDIS_URL"] = url(home) if address == "there" else address
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr
