"""The doctor finds what is wrong, says what to do, and leaves a healthy home alone."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.history import History
from jobs.history.database import database_url
from jobs.home import Home
from jobs.stack import doctor
from jobs.stack.checks import machine, software, state
from jobs.stack.checks.check import Check
from tests.faults import arm

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which nothing was started."""
    for name in ("REDIS_URL", "TRAINYARD_STORE", "TRAINYARD_DATABASE_URL", "TRAINYARD_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home").create()


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`./trainyard doctor` with the environment of this test."""
    return subprocess.run(
        [sys.executable, "-m", "jobs.stack", "doctor", *arguments],
        cwd=PROJECT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_healthy_home_has_no_failure_and_stays_as_it_is(place: Home) -> None:
    answer = call("--json")
    checks = json.loads(answer.stdout)
    assert [check for check in checks if check["verdict"] == "fail"] == []
    assert answer.returncode == 0
    assert {"python", "torch", "devices", "disk", "port", "redis", "database", "store"} < {
        check["name"] for check in checks
    }
    assert list(place.root.iterdir()) == []


def test_a_failure_is_in_the_table_with_its_remedy(place: Home) -> None:
    place.token.write_text("secret")
    place.token.chmod(0o644)
    answer = call()
    assert answer.returncode == 1
    row = " ".join(answer.stdout[answer.stdout.index("permissions") :].split())
    assert row == f"permissions fail others may read {place.token} → chmod go-rwx {place.token}"


def test_a_newer_database_is_refused(place: Home) -> None:
    History.open(database_url(place)).close()
    assert state.database(place).verdict == "ok"
    with sqlite3.connect(place.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    check = state.database(place)
    assert (check.verdict, check.remedy[:17]) == ("fail", "Update Trainyard,")


def test_a_server_that_does_not_answer(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.redis_reachable(place).found == "not running; ./trainyard up starts it"
    monkeypatch.setenv("REDIS_URL", "redis://:hidden@127.0.0.1:9/0")
    check = state.redis_reachable(place)
    assert (check.verdict, check.found[:30]) == ("fail", "REDIS_URL does not answer: Err")
    assert "hidden" not in check.found


def test_a_server_that_answers(home: Home) -> None:
    assert state.redis_reachable(home).verdict == "ok"


def test_an_old_server_is_refused() -> None:
    old = state.judge_redis({"redis_version": "6.2.14", "tcp_port": 6379})
    assert old == Check(
        "redis",
        "fail",
        "redis 6.2.14 answers on port 6379",
        "Use Redis 7.0 or newer, or Valkey.",
    )


def test_a_store_that_cannot_be_written(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.store(place).verdict == "ok"
    blocked = place.root / "file"
    blocked.touch()
    monkeypatch.setenv("TRAINYARD_STORE", str(blocked / "runs"))
    assert state.store(place).verdict == "fail"


def test_a_store_of_several_machines_is_tried_out(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_STORE", f"file://{place.root}/store")
    check = state.store(place)
    assert (check.verdict, "takes and gives files" in check.found) == ("ok", True)
    assert list((place.root / "store").iterdir()) == []
    monkeypatch.setenv("TRAINYARD_STORE", "gs://bucket/yard")
    check = state.store(place)
    assert (check.verdict, "pip install gcsfs" in check.found) == ("fail", True)
    arm(monkeypatch, "store.asked@1+:eio")
    monkeypatch.setenv("TRAINYARD_STORE", f"file://{place.root}/store")
    assert state.store(place).found.endswith("store: Input/output error")


def test_a_taken_port_names_its_holder(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        monkeypatch.setenv("TRAINYARD_PORT", str(port))
        check = machine.port(place)
    assert check.verdict == "warn"
    assert f"(process {os.getpid()})" in check.found
    assert machine.port(place) == Check("port", "ok", f"{port} is free")


def test_other_versions_than_pinned_are_named(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("# list\nnumpy==0.0.1\nnot-there-at-all==1.0\n")
    found = software.packages(pins).found
    assert "numpy is " in found
    assert "not ==0.0.1; not-there-at-all is not installed" in found
    assert software.packages(PROJECT / "requirements.txt").verdict == "ok"


def test_data_sets_whose_package_is_missing_are_named(tmp_path: Path) -> None:
    pins = tmp_path / "requirements-data.txt"
    assert software.data_packages(pins, tmp_path).verdict == "ok"
    pins.write_text("# list\nnot-there==1.0  # Ratings of nothing\n")
    check = software.data_packages(pins, tmp_path)
    assert (check.verdict, check.found) == ("warn", "missing: Ratings of nothing (not-there)")
    site_packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (site_packages / "not_there-1.0.dist-info").mkdir(parents=True)
    (site_packages / "not_there-1.0.dist-info" / "RECORD").touch()
    assert software.data_packages(pins, tmp_path) == Check("data", "ok", "Ratings of nothing")


def test_torch_that_misses_a_gpu_is_a_warning() -> None:
    import torch

    missing = software.torch(torch.cuda.device_count() + 1)
    assert (missing.verdict, "docs/gpu.md" in missing.remedy) == ("warn", True)


def test_only_a_failure_is_an_exit_status() -> None:
    assert doctor.status([Check("a", "ok", ""), Check("b", "warn", "")]) == 0
    assert doctor.status([Check("a", "ok", ""), Check("b", "fail", "")]) == 1
