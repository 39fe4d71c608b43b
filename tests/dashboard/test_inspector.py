"""The client of the helper that knows torch: waits little, remembers, starts it again."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from dashboard.inspector import Answer, Inspector
from engine.config import RunConfig
from engine.settings.command import override

SECONDS = 60.0


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    """One for all tests that do not begin with none: its helper takes 4 s to import torch."""
    with closing(Inspector()) as running:
        yield running


def _answer(inspector: Inspector, config: RunConfig) -> Answer:
    answer = inspector.ask(config, SECONDS)
    assert answer is not None, "the helper did not answer in time"
    return answer


def test_counts_the_classic_net(inspector: Inspector) -> None:
    assert _answer(inspector, RunConfig())["summary"]["parameters"] == 93_322


@pytest.mark.alone
def test_a_page_never_waits_for_torch_to_load() -> None:
    with closing(Inspector()) as fresh:
        began = time.monotonic()
        assert fresh.ask(RunConfig(), 0.05) is None
        assert time.monotonic() - began < 1


def test_the_name_is_no_new_question(inspector: Inspector) -> None:
    _answer(inspector, RunConfig())
    assert inspector.ask(override(RunConfig(), ["name=other"]), 0) is not None


def test_a_killed_helper_is_started_again(inspector: Inspector) -> None:
    _answer(inspector, RunConfig())
    first = inspector.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    other = override(RunConfig(), ["model=mlp"])
    assert _answer(inspector, other)["summary"]["parameters"] > 0
    assert inspector.pid != first


def test_what_does_not_fit_is_answered_with_a_sentence(inspector: Inspector) -> None:
    wrong = override(RunConfig(), ["data=iris"])
    (problem,) = _answer(inspector, wrong)["problems"]
    assert problem["path"] == "model"


def test_a_helper_that_cannot_start_is_a_sentence_not_a_hang() -> None:
    with closing(Inspector((sys.executable, "-c", "raise SystemExit(1)"))) as broken:
        assert "does not answer" in _answer(broken, RunConfig())["failed"]


def test_closing_ends_the_helper() -> None:
    running = Inspector()
    _answer(running, RunConfig())
    pid = running.pid
    assert pid is not None
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
