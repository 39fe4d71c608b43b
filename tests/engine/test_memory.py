"""Memory that does not suffice: a sentence with the batch size, or the same step in halves."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from engine.events import Alert
from engine.loop.halving import is_out_of_memory
from engine.train import train
from tests.engine.small import curve, evaluations, last, small, untimed
from tests.faults import arm

CALM = ("model.dropout=0", "training.epochs=2")
"""nothing is drawn while a batch passes: its pieces see what the whole saw"""

TOLERANCE = 1e-5
"""relative; sums of floats in another order"""

FIT = "training.fit_memory=true"


def run_out(monkeypatch: pytest.MonkeyPatch, *visits: int) -> None:
    arm(monkeypatch, *(f"train.gradient@{visit}:oom" for visit in visits))


def test_it_ends_with_the_batch_size_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    run_out(monkeypatch, 3)
    events = list(train(small(*CALM)))
    alert, end = events[-2:]
    assert isinstance(alert, Alert)
    assert alert.code == "out-of-memory"
    assert "ran out of memory at batch size 64; try a batch size of 32, or " in alert.message
    assert last([end]).reason == "failed"
    assert last([end]).message == alert.message, "who reads only why it failed reads what helps"


@pytest.mark.parametrize(
    "other",
    [
        (),
        ("training.accumulation=2", "training.batch_size=20"),
        ("loss=cross_entropy", "loss.class_weights=balanced"),
    ],
    ids=["plain", "accumulated", "weighted"],
)
def test_in_halves_the_losses_are_the_same(
    monkeypatch: pytest.MonkeyPatch, other: tuple[str, ...]
) -> None:
    whole = list(train(small(*CALM, *other)))
    run_out(monkeypatch, 3, 7)
    halved = list(train(small(*CALM, *other, FIT)))
    alerts = [each for each in halved if isinstance(each, Alert) and each.code == "batch-halved"]
    assert len(alerts) == 2
    assert last(halved).reason == "completed"
    assert curve(halved).keys() == curve(whole).keys()
    for step, loss in curve(whole).items():
        assert math.isclose(curve(halved)[step], loss, rel_tol=TOLERANCE), step
    for place, metrics in evaluations(whole).items():
        found = evaluations(halved)[place]
        assert found["loss"] == pytest.approx(metrics["loss"], rel=TOLERANCE)


def test_the_words_name_what_failed_and_what_it_does_now(monkeypatch: pytest.MonkeyPatch) -> None:
    run_out(monkeypatch, 3)
    events = list(train(small(*CALM, FIT)))
    (alert,) = [each for each in events if isinstance(each, Alert) and each.code == "batch-halved"]
    assert alert.step == 3
    assert "ran out of memory with 64 samples at once" in alert.message
    assert "each batch of 64 is taken in 2 pieces of 32 whose gradients are summed" in alert.message


def test_a_resumed_run_stays_with_its_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_out(monkeypatch, 3)
    config = small(*CALM, FIT)
    whole = list(train(config, tmp_path / "whole"))
    run_out(monkeypatch, 3)
    torn = train(config, tmp_path / "torn")
    before = []
    for event in torn:
        before.append(event)
        if isinstance(event, Alert):
            torn.close()
    monkeypatch.delenv("TRAINYARD_FAULT")
    after = list(train(config, tmp_path / "torn"))
    assert curve([*untimed(before), *untimed(after)]) == curve(whole)


def test_a_single_sample_that_does_not_fit_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    arm(monkeypatch, "train.gradient@1+:oom")
    events = list(train(small(*CALM, FIT, "training.batch_size=4")))
    assert last(events).reason == "failed"
    assert isinstance(events[-2], Alert)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes"), True),
        (MemoryError(), True),
        (RuntimeError("shapes do not fit"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_what_counts_as_out_of_memory(error: Exception, answer: bool) -> None:
    assert is_out_of_memory(error) is answer
