"""A rank's process as the forkserver forks it: what it says, how it ends, what ends it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from jobs.working import ranks
from jobs.working.forked import Forked
from jobs.working.forkserver import Forkserver, Request
from tests.jobs.launched import until


def stub(request: Request, leader: int, words: int) -> NoReturn:
    """In place of training: says what its orders are, ends with rank 0 or when it is told."""
    os.write(words, f"{request.orders}\n".encode())
    if request.orders == "fail":
        os.write(words, b"ValueError: not on this device\n")
        os._exit(1)
    os.read(leader, 1)
    os._exit(0)


@pytest.fixture
def request_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Request]:
    """For a forkserver that serves while the test runs."""
    monkeypatch.setattr(ranks, "main", stub)
    path = tmp_path / "s"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(8)
    pid = os.fork()
    if pid == 0:
        Forkserver(listener).serve()
    listener.close()
    yield Request("0" * 26, 1, "{}", str(tmp_path), {}, forkserver=str(path), orders="ready")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_forked_rank_speaks_and_its_end_is_known(request_of: Request) -> None:
    fine, hurt = (Forked(request_of, 1, []) for _ in range(2))
    assert (fine.line(), hurt.line()) == ("ready\n", "ready\n")
    os.kill(hurt.pid, signal.SIGKILL)
    assert (hurt.rest(), hurt.wait(), hurt.wait()) == ("", -signal.SIGKILL, -signal.SIGKILL)
    hurt.kill()
    hurt.close()
    os.kill(fine.pid, 0)
    fine.kill()
    assert fine.wait() == -signal.SIGKILL
    fine.close()


def test_a_rank_ends_with_its_leader_and_says_why_it_fails(request_of: Request) -> None:
    failing = Forked(replace(request_of, orders="fail"), 1, [])
    assert failing.line() == "fail\n"
    assert (failing.rest(), failing.wait()) == ("ValueError: not on this device\n", 1)
    failing.close()
    left = Forked(request_of, 1, [])
    assert left.line() == "ready\n"
    left.close()
    until(lambda: not psutil.pid_exists(left.pid), "the end of the rank")
