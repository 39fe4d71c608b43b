"""The Procfile: what it may hold, and what becomes of it on a machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jobs.stack import devices, procfile
from jobs.stack.procfile import Entry, ProcfileError

PROJECT = Path(__file__).resolve().parents[2]


def test_reads_names_and_commands_in_order(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# comment\n\nredis: python -m jobs.server\nworker: run 'two words' x\n")
    assert procfile.read(file) == (
        Entry("redis", (sys.executable, "-m", "jobs.server")),
        Entry("worker", ("run", "two words", "x")),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("just words\n", "line 1: 'just words' is not of the form `name: command`"),
        ("a: x\nb:\n", "line 2: 'b:' is not of the form"),
        ("a: 'open\n", "No closing quotation"),
        ("a: x\na: y\n", "two processes named 'a'"),
    ],
)
def test_refuses_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "Procfile"
    file.write_text(text)
    with pytest.raises(ProcfileError, match=said):
        procfile.read(file)


def test_one_worker_for_each_device() -> None:
    entries = (Entry("redis", ("r",)), Entry("dashboard", ("d",)), Entry("worker", ("w",)))
    chosen = procfile.for_this_machine(entries, ("cuda:0", "cuda:1"), own_redis=True)
    assert [entry.name for entry in chosen] == [
        "redis",
        "dashboard",
        "worker-cuda0",
        "worker-cuda1",
    ]
    assert chosen[-1].command == ("w", "--device", "cuda:1,cuda:0")


def test_no_redis_of_our_own_beside_redis_url() -> None:
    entries = procfile.read(PROJECT / "Procfile")
    chosen = procfile.for_this_machine(entries, ("cpu",), own_redis=False)
    assert [entry.name for entry in chosen] == ["recorder", "dashboard", "worker-cpu"]


@pytest.mark.parametrize(
    ("chosen", "left"),
    [(None, 4), ("", 0), ("-1", 0), ("2", 1), ("0,1", 2), ("0,-1,1", 1), ("0,1,2,3,4,5", 4)],
)
def test_cuda_visible_devices_leaves_fewer(
    chosen: str | None, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if chosen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert devices.visible(4) == left
