"""The embedded server: private, one per home, back after a kill with what it knew."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from jobs.home import Home
from jobs.server import Server, ServerUnavailable, answers, find_binary
from jobs.wire.connect import RedisUnavailable, await_server, connect, url
from jobs.wire.endpoint import Endpoint


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that the test may kill."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    server = Server(Home(tmp_path / "with space"))
    server.start()
    yield server
    server.stop()


def test_files_are_private_and_password_is_on_no_command_line(own: Server) -> None:
    endpoint = Endpoint.read(own.home)
    assert endpoint is not None
    assert own.process is not None
    for name in ("endpoint.json", "server.conf"):
        assert stat.S_IMODE((own.home.redis / name).stat().st_mode) == 0o600
    assert endpoint.password not in " ".join(psutil.Process(own.process.pid).cmdline())


def test_it_listens_on_loopback_only_and_wants_the_password(own: Server) -> None:
    endpoint = Endpoint.read(own.home)
    assert endpoint is not None
    assert own.process is not None
    listening = psutil.Process(own.process.pid).net_connections("inet")
    assert {c.laddr.ip for c in listening if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    with (
        redis.Redis(port=endpoint.port) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_a_second_start_joins(own: Server) -> None:
    second = Server(own.home)
    assert second.start() == Endpoint.read(own.home)
    assert second.process is None
    second.stop()
    assert own.process is not None
    assert own.process.poll() is None


def test_killed_server_is_back_on_its_port_with_its_data(own: Server) -> None:
    assert own.process is not None
    stopping = threading.Event()
    watcher = threading.Thread(target=own.watch, args=(stopping,))
    watcher.start()
    with connect(own.home) as client:
        client.set("kept", "yes")
        first = own.process.pid
        os.kill(first, signal.SIGKILL)
        assert client.get("kept") == b"yes"
    stopping.set()
    watcher.join()
    assert own.process.pid != first


def test_the_command_ends_its_server_on_sigterm(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "REDIS_URL"}
    home = Home(tmp_path / "home")
    command = subprocess.Popen(
        [sys.executable, "-m", "jobs.server"],
        env={**environment, "TRAINYARD_HOME": str(home.root)},
        stderr=subprocess.DEVNULL,
    )
    await_server(home)
    endpoint = Endpoint.read(home)
    assert endpoint is not None
    command.terminate()
    assert command.wait(15) == 0
    assert not answers(endpoint)


def test_the_next_supervisor_adopts_and_ends_an_orphan(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "REDIS_URL"}
    home = Home(tmp_path / "home")
    command = subprocess.Popen(
        [sys.executable, "-m", "jobs.server"],
        env={**environment, "TRAINYARD_HOME": str(home.root)},
        stderr=subprocess.DEVNULL,
    )
    await_server(home)
    command.kill()
    command.wait()
    heir = Server(home)
    endpoint = heir.start()
    assert heir.process is None
    heir.stop()
    deadline = time.monotonic() + 5
    while answers(endpoint):
        assert time.monotonic() < deadline


def test_no_binary_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_REDIS_SERVER", "/nowhere/valkey-server")
    with pytest.raises(ServerUnavailable, match="is no program"):
        find_binary()


def test_no_server_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(RedisUnavailable, match="trainyard up"):
        url(Home(tmp_path))
