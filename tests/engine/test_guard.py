"""The guard: a bad step never touches the weights, and the run goes on from good ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data.prepared import Prepared
from engine.events import Alert, Changed, Event, Refused
from engine.loop import setup as setting_up
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import curve, evaluations, last, small
from tests.engine.test_resume import stopped_after, weights

EXPLODING = (
    *("data=diabetes", "model=linear_regression", "optimizer=sgd", "optimizer.learning_rate=3"),
    "training.clip_norm=none",
    *(
        "schedule=constant",
        "training.epochs=60",
        "training.batch_size=16",
        "training.evaluate_steps=50",
    ),
)
GUARD = ("training.guard=on", "training.guard.every=20", "training.guard.times=9")
ROW = 17


def exploding(*words: str) -> RunConfig:
    return override(RunConfig(), [*EXPLODING, "hardware.device=cpu", "hardware.threads=1", *words])


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sample of the digits is not finite, as a broken sensor would leave it."""

    def prepare(config: RunConfig) -> Prepared:
        prepared = original(config)
        prepared.parts["train"].inputs[0][ROW, 0, 3, 3] = np.nan
        return prepared

    original = setting_up.prepare
    monkeypatch.setattr(setting_up, "prepare", prepare)


def refused(events: list[Event]) -> list[Refused]:
    return [event for event in events if isinstance(event, Refused)]


def test_a_rate_that_explodes_is_lowered_until_it_trains(tmp_path: Path) -> None:
    without = list(train(exploding()))
    assert last(without).reason == "failed"
    events = list(train(exploding(*GUARD, "training.guard.lower=0.2"), tmp_path))
    assert last(events).reason == "completed", last(events)
    found = refused(events)
    assert found
    lowered = [event for event in events if isinstance(event, Changed)]
    assert {event.by for event in lowered} == {"guard"}
    assert [event.after for event in lowered] == [0.6, 0.12, 0.024][: len(found)]
    assert (
        evaluations(events)["test", max(e for s, e in evaluations(events) if s == "test")]["r2"]
        > 0.3
    )
    losses = curve(events)
    # Steps go on counting, none comes twice, and of a refused one there is no point.
    assert not losses.keys() & {event.step for event in found}
    assert all(np.isfinite(loss) for loss in losses.values())
    assert all(event.back_to < event.step for event in found)
    alerts = [event.message for event in events if isinstance(event, Alert)]
    assert sum("was refused" in message for message in alerts) == len(found)


def test_after_so_many_times_the_run_fails_with_its_story() -> None:
    events = list(
        train(exploding("training.guard=on", "training.guard.times=1", "training.guard.lower=1"))
    )
    assert last(events).reason == "failed"
    assert "after the guard had gone back once" in last(events).message
    assert len(refused(events)) == 1


@pytest.mark.usefixtures("poisoned")
def test_a_broken_sample_is_named_and_left_out_for_good(tmp_path: Path) -> None:
    plain = small("training.epochs=30", "optimizer.learning_rate=0.01")
    assert last(list(train(plain))).reason == "failed"
    config = small("training.epochs=30", "optimizer.learning_rate=0.01", *GUARD)
    events = list(train(config, tmp_path))
    assert last(events).reason == "completed"
    (found,) = refused(events)
    assert "NaN" in found.reason
    assert len(found.left_out) == 1
    assert set(found.left_out) < set(found.rows)
    # The data were bad, not the rate.
    assert not [event for event in events if isinstance(event, Changed)]
    assert evaluations(events)["test", 30]["accuracy"] > 0.8


@pytest.mark.parametrize("step", [20, 60, 130])
def test_a_resume_is_exact_before_and_after_going_back(step: int, tmp_path: Path) -> None:
    config = exploding(*GUARD, "training.checkpoint_seconds=3600", "training.epochs=15")
    whole = list(train(config, tmp_path / "whole"))
    assert refused(whole)
    heard = stopped_after(config, tmp_path / "parts", step)
    rest = list(train(config, tmp_path / "parts"))
    assert curve(heard + rest) == curve(whole)
    assert {e.step for e in refused(heard + rest)} == {e.step for e in refused(whole)}
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_accumulation_and_a_running_mean_go_back_too(tmp_path: Path) -> None:
    words = ("training.accumulation=2", "training.ema=on")
    events = list(train(exploding(*GUARD, *words), tmp_path))
    assert refused(events)
    assert last(events).reason == "completed"


def test_all_processes_refuse_the_same_steps() -> None:
    config = exploding(*GUARD, "hardware.devices=2", "training.epochs=8")
    events = list(train(config))
    assert refused(events)
    assert last(events).reason == "completed"


@pytest.mark.parametrize("preset", ["digits_mlp", "iris_mlp", "diabetes_linear"])
def test_what_trains_well_is_left_alone(preset: str) -> None:
    config = override(RunConfig(), [f"preset={preset}", "training.guard=on", "hardware.threads=1"])
    events = list(train(config))
    assert refused(events) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("optimizer=lbfgs",), "L-BFGS looks at many losses in a step"),
        (("schedule=range_test",), "a range test goes on until the loss blows up"),
    ],
)
def test_where_it_makes_no_sense_it_is_refused(words: tuple[str, ...], sentence: str) -> None:
    config = (
        small("training.clip_norm=none", "training.guard=on", "schedule.warmup_steps=0", *words)
        if "lbfgs" in words[0]
        else small("training.guard=on", *words)
    )
    found = [each.message for each in problems(config) if each.path == "training.guard"]
    assert any(message.startswith(sentence) for message in found)
