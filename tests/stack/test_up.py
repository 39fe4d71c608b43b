"""`up` with real processes: order, restart, both ways of Ctrl-C, and nobody left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from jobs.home import Home
from jobs.stack.child import Child, restart_delay
from jobs.stack.procfile import Entry
from tests.stack.conftest import CRASHING, LEAVES_ONE_BEHIND, PROJECT, STUBBORN, Up, alive

StartUp = Callable[..., Up]


def test_says_where_the_page_is_and_ends_in_reverse_order(start_up: StartUp) -> None:
    up = start_up()
    url = re.search(r"http://127\.0\.0\.1:\d+/", up.hear("Trainyard: http"))
    assert url is not None
    with urllib.request.urlopen(url[0], timeout=5) as answer:
        assert answer.status == 200
    up.wait_noted("began", "worker")
    up.signal(signal.SIGINT)
    assert up.wait() == 0
    notes = [line.rsplit(" ", 1)[0] for line in up.notes.read_text().splitlines()]
    assert set(notes[:2]) == {"began recorder", "began worker"}
    assert notes[2:] == ["ended worker", "ended recorder"]
    assert up.left() == []


def test_a_killed_process_is_reported_and_started_again(start_up: StartUp) -> None:
    up = start_up()
    up.hear("Trainyard: http")
    (first,) = up.wait_noted("began", "worker")
    os.kill(first, signal.SIGKILL)
    assert "starting it again in 0.2 s" in up.hear("worker-cpu was killed by signal 9 (SIGKILL)")
    assert up.wait_noted("began", "worker", times=2)[1] != first
    up.signal(signal.SIGTERM)
    assert up.wait() == 0
    assert up.left() == []


def test_a_crash_shows_the_last_words_and_backs_off(start_up: StartUp) -> None:
    up = start_up(recorder=CRASHING)
    for delay in ("0.2", "0.4", "0.8"):
        line = up.hear("recorder ended with exit code 1")
        assert f"again in {delay} s" in line
        assert "It said last: the disk is on fire" in line
        assert str(up.home.logs / "recorder.log") in line
    up.signal(signal.SIGTERM)
    assert up.wait() == 0


@pytest.mark.alone
def test_the_second_ctrl_c_is_fast(start_up: StartUp) -> None:
    up = start_up(worker=STUBBORN)
    up.hear("Trainyard: http")
    up.wait_noted("began", "worker")
    up.signal(signal.SIGINT)
    up.hear("waiting for worker-cpu (Ctrl-C again ends all at once)")
    began = time.monotonic()
    up.signal(signal.SIGINT)
    assert up.wait() == 0
    assert time.monotonic() - began < 5
    assert up.left() == []


def test_what_a_worker_leaves_behind_is_ended_too(start_up: StartUp) -> None:
    up = start_up(worker=LEAVES_ONE_BEHIND)
    up.hear("Trainyard: http")
    (orphan,) = up.wait_noted("began", "orphan")
    up.wait_noted("began", "worker")
    up.signal(signal.SIGINT)
    assert up.wait() == 0
    assert "killed 1 processes that had stayed behind\n" in up.said
    assert not alive(orphan)
    assert up.left() == []


def test_children_end_when_the_supervisor_is_killed(start_up: StartUp) -> None:
    up = start_up()
    up.hear("Trainyard: http")
    up.wait_noted("began", "worker")
    up.wait_noted("began", "recorder")
    up.signal(signal.SIGKILL)
    up.wait()
    gone, left = psutil.wait_procs(processes(up.left()), timeout=15)
    assert left == [], gone
    assert up.noted("ended", "worker") == up.noted("began", "worker")


def test_the_next_up_ends_what_a_killed_one_left(start_up: StartUp) -> None:
    up = start_up(worker=LEAVES_ONE_BEHIND)
    up.hear("Trainyard: http")
    (orphan,) = up.wait_noted("began", "orphan")
    up.signal(signal.SIGKILL)
    up.wait()
    again = start_up()
    again.hear("waiting for the processes of the last `up`")
    os.kill(orphan, signal.SIGKILL)
    again.hear("Trainyard: http")
    again.signal(signal.SIGTERM)
    assert again.wait() == 0


def test_a_second_up_says_where_the_first_is(start_up: StartUp) -> None:
    up = start_up()
    line = up.hear("Trainyard: http")
    url = line.split()[1]
    second = command(up.home, "up")
    assert (second.returncode, second.stdout) == (0, f"Trainyard runs here already: {url}\n")
    up.signal(signal.SIGTERM)
    assert up.wait() == 0


def test_verbose_shows_the_processes_with_their_names(start_up: StartUp) -> None:
    up = start_up("--verbose", recorder='print("hello from inside", flush=True)')
    assert up.hear("hello from inside") == "recorder   | hello from inside\n"
    up.signal(signal.SIGTERM)
    assert up.wait() == 0


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        refused = command(home, "up", "--port", str(port))
    assert refused.returncode == 2
    assert f"Port {port} is taken by " in refused.stderr
    assert f"(process {os.getpid()})" in refused.stderr
    assert f"./trainyard up --port {port + 1}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (home.redis / "endpoint.json").exists()


def test_delays_double_up_to_ten_seconds() -> None:
    delays = [restart_delay(failures) for failures in range(8)]
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert restart_delay(10**6) == 10.0


def test_a_command_that_does_not_exist_is_tried_again_later(tmp_path: Path) -> None:
    child = Child(Entry("ghost", ("/nowhere/at/all",)), tmp_path)
    child.start(os.environ, tmp_path)
    assert not child.running
    assert child.start_at > time.monotonic()
    assert child.log.read_text() == "/nowhere/at/all: No such file or directory\n"


def command(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of the command line."""
    environment = {**os.environ, "TRAINYARD_HOME": str(home.root), "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, "-m", "jobs.stack", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def processes(pids: list[int]) -> list[psutil.Process]:
    """Those that still exist."""
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


@pytest.fixture(autouse=True)
def _without_given_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("TRAINYARD_PORT", raising=False)
