"""Runs that cannot start or cannot go on: each with its sentence, none with bad weights."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch

from engine.events import EVENT, Alert, Held, Log
from engine.problem import SettingsError
from engine.saving.checkpoint import CheckpointError
from engine.saving.fence import Fenced
from engine.train import train
from tests.engine.small import curve, last, small
from tests.faults import arm


def test_a_loss_that_is_no_number_ends_the_run_at_that_step(tmp_path: Path) -> None:
    config = small(
        "data=diabetes",
        "model=linear_regression",
        "optimizer=sgd",
        "optimizer.learning_rate=100",
        "schedule=constant",
        "training.clip_norm=none",
        "training.epochs=60",
    )
    events = list(train(config, tmp_path))
    points = curve(events)
    bad = max(points)
    assert not math.isfinite(points[bad])
    assert all(math.isfinite(loss) for step, loss in points.items() if step < bad)
    alert, end = events[-2], last(events)
    assert isinstance(alert, Alert)
    assert (alert.code, alert.step, end.step) == ("loss-not-finite", bad, bad)
    assert end.reason == "failed"
    assert (
        end.message
        == f"loss became {'NaN' if math.isnan(points[bad]) else 'infinite'} at step {bad}"
    )
    saved = [int(p.name.split("-")[1]) for p in (tmp_path / "checkpoints").glob("step-*")]
    assert max(saved, default=0) < bad
    for event in events:
        assert EVENT.validate_json(event.model_dump_json()).kind == event.kind


def test_closing_in_the_middle_of_divergence_saves_no_bad_weights(tmp_path: Path) -> None:
    config = small(
        "optimizer=sgd",
        "optimizer.learning_rate=100",
        "schedule=constant",
        "training.clip_norm=none",
        "training.epochs=60",
        "data=diabetes",
        "model=linear_regression",
    )
    running = train(config, tmp_path)
    for event in running:
        if isinstance(event, Alert):
            running.close()
    resumed = train(config, tmp_path)
    assert last(list(resumed)).reason == "failed"


def test_wrong_settings_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CNN takes images"):
        next(train(small("data=iris", "model=cnn"), tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_gets_a_sentence(device: str) -> None:
    if getattr(torch, device).is_available():
        pytest.skip(f"this machine has {device}")
    with pytest.raises(SettingsError, match=rf"hardware.device: {device} needs an .* choose auto"):
        next(train(small(f"hardware.device={device}")))


def test_a_full_disk_is_waited_for_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(monkeypatch, *(f"checkpoint.after_file@{visit}:enospc" for visit in (1, 2)))
    events = list(train(small(), tmp_path))
    first, second = (e for e in events if isinstance(e, Alert))
    assert first == second  # told as long as it lasts, at one step: nothing is trained meanwhile
    assert (first.code, first.level) == ("disk-full", "error")
    assert re.match(
        r"disk full: needs [\d.]+ kB in .*checkpoints, [\d.]+ [MG]B free; ", first.message
    )
    assert "the run waits and goes on by itself when there is room" in first.message
    said = [e.message for e in events if isinstance(e, Log)]
    assert any(each.startswith("there is room on the disk again after") for each in said)
    held, goes_on = (e.why for e in events if isinstance(e, Held))
    assert re.match(r"The disk is full: needs .*\. The run goes on by itself when there is", held)
    assert goes_on == ""
    assert last(events).reason == "completed"
    assert list(curve(events)) == list(range(1, 33))


def test_a_run_that_waits_for_its_disk_can_be_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(monkeypatch, "checkpoint.after_file@1+:enospc")
    running = train(small(), tmp_path)
    for event in running:
        if isinstance(event, Alert):
            with pytest.raises(CheckpointError, match="the disk is full"):
                running.close()
    monkeypatch.delenv("TRAINYARD_FAULT")
    assert last(list(train(small(), tmp_path))).reason == "completed"


def test_a_disk_that_refuses_otherwise_is_an_alert_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(monkeypatch, "checkpoint.after_file@1:eio")
    events = list(train(small(), tmp_path))
    alerts = [e for e in events if isinstance(e, Alert)]
    assert [(e.code, e.level) for e in alerts] == [("checkpoint-failed", "error")]
    assert last(events).reason == "completed"
    assert list(curve(events)) == list(range(1, 33))


def test_a_later_attempt_ends_an_earlier_one(tmp_path: Path) -> None:
    old = train(small("training.batch_size=2"), tmp_path, attempt=1)
    next(old)
    new = train(small("training.batch_size=2"), tmp_path, attempt=2)
    next(new)
    with pytest.raises(Fenced, match="attempt 1 of this run was replaced by attempt 2"):
        list(old)
    assert last(list(new)).reason == "completed"
