"""What people read when a trainer fails."""

from __future__ import annotations

import errno
import os
import resource

import pytest
import redis

from engine.distributed.crew import RankDied, RankKilled
from jobs.home import Home
from jobs.sampling import gpu
from jobs.working.trouble import crash_of, explain
from tests.jobs.launched import LONG, await_event, end_worker, kinds, launch, start_worker


def test_reasons_are_sentences() -> None:
    assert "smaller batch size" in explain(MemoryError())
    text = "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: 9 bytes"
    assert "smaller batch size" in explain(RuntimeError(text))
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/x")
    assert explain(full).startswith("The disk is full (/data/x)")
    assert explain(ValueError("the batch is larger than the data")).startswith("the batch")
    assert explain(KeyError("a")) == "KeyError: 'a'"


def test_a_killed_rank_is_a_crash_and_one_with_a_reason_a_failure() -> None:
    crash = crash_of(RankKilled("process 2 died: killed by signal 9", -9), 7)
    assert crash is not None
    assert (crash.step, crash.signal, crash.exit_code) == (7, 9, None)
    assert crash_of(RankDied("process 2 died: ValueError: no"), 7) is None
    assert explain(RankDied("process 2 died: ValueError: no")) == "process 2 died: ValueError: no"


def test_a_device_becomes_the_only_visible_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpu.visible_device("cpu") == ""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-abc")
    assert gpu.visible_device("cuda:1") == "GPU-abc"
    assert gpu.Gpus(visible="").sample() == []


@pytest.mark.slow
def test_a_disk_that_takes_no_more_fails_the_run_with_a_sentence(
    home: Home, client: redis.Redis
) -> None:
    worker = start_worker(home, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000,) * 2))
    run_id = launch(client, LONG)
    last = await_event(client, run_id, "finished")
    assert last["reason"] == "failed"
    assert "journal/1.log. Is the disk full?" in last["message"]
    assert "File too large" in (home.run(run_id) / "output.log").read_text()
    assert kinds(client, run_id)[-1] == "finished"
    end_worker(worker)
