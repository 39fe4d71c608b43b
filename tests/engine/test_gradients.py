"""Gradients by layer: measured right, and told of where they vanish or explode."""

from __future__ import annotations

import math

import pytest

from engine.events import Alert, Gradients
from engine.loop.gradients import FAINT_TIMES, FEWEST, Watch, layer_names, watched
from engine.settings.command import override
from engine.train import train
from tests.engine.small import curve, small


def event(norms: dict[str, list[float]], first: int = 1) -> Gradients:
    steps = list(range(first, first + len(next(iter(norms.values())))))
    return Gradients(step=steps[-1], steps=steps, seconds=[0.0] * len(steps), norms=norms)


def test_parameters_belong_to_the_module_above_them() -> None:
    names = ["encoder.0.weight", "encoder.0.bias", "scale"]
    assert layer_names(names) == ["encoder.0", "encoder.0", "scale"]


def test_layers_make_up_the_whole_norm_before_clipping() -> None:
    config = small("training.layer_norms_every=5", "training.clip_norm=0.01")
    events = list(train(config))
    measured = [each for each in events if isinstance(each, Gradients)]
    steps = [step for each in measured for step in each.steps]
    assert steps == [1, 6, 11, 16, 21, 26, 31]
    assert len(measured[0].norms) == 2
    whole = curve(events, "train/gradient_norm")
    for each in measured:
        for place, step in enumerate(each.steps):
            squares = sum(norms[place] ** 2 for norms in each.norms.values())
            assert math.sqrt(squares) == pytest.approx(whole[step], rel=1e-4)


def test_it_is_the_same_training() -> None:
    assert curve(train(small("training.layer_norms_every=1"))) == curve(train(small()))


def test_a_deep_narrow_net_vanishes_and_its_layers_are_named() -> None:
    """20 layers of 4 tanh units lose the gradient surely."""
    config = override(
        small(),
        [
            f"model.hidden={','.join(['4'] * 20)}",
            "model.activation=tanh",
            "model.dropout=0",
            "optimizer=sgd",
            "training.layer_norms_every=1",
        ],
    )
    alerts = [each for each in train(config) if isinstance(each, Alert)]
    assert alerts
    assert {each.code for each in alerts} == {"gradient-vanishing"}
    first = alerts[0].message
    assert "vanishes" in first
    assert "hardly learns; try another activation" in first
    layers = [each.message.split(" vanishes")[0] for each in alerts]
    assert len(set(layers)) == len(layers), "each layer once"


def test_a_healthy_run_says_nothing() -> None:
    words = ("training.layer_norms_every=1", "training.clip_norm=none")
    for model in ((), ("model=cnn", "model.channels=4,8")):
        events = list(train(small(*words, *model)))
        assert not [each for each in events if isinstance(each, Alert)]


def test_vanishing_needs_several_measurements_in_a_row() -> None:
    good, faint = {"a": [1.0], "b": [1.0]}, {"a": [1e-6], "b": [1.0]}
    watch, alerts = Watch(), []
    for step, norms in enumerate([faint] * (FAINT_TIMES - 1) + [good] + [faint] * FAINT_TIMES):
        watch, new = watched(watch, event(norms, step))
        alerts += [(step, each) for each in new]
    ((step, alert),) = alerts
    assert step == 2 * FAINT_TIMES - 1
    assert "layer a vanishes" in alert.message
    assert "is 1e-06 of that of b" in alert.message


def test_exploding_is_relative_to_the_layers_own_past_and_said_once() -> None:
    calm = {"a": [1e-3] * FEWEST, "b": [5.0] * FEWEST}
    watch, alerts = watched(Watch(), event(calm))
    assert not alerts
    watch, alerts = watched(watch, event({"a": [0.5, 0.5], "b": [6.0, 6.0]}, 10))
    (alert,) = alerts
    assert (alert.code, alert.step) == ("gradient-exploding", 10)
    assert "layer a explodes: its norm 0.5 is 500 times the usual 0.001" in alert.message
    assert not watched(watch, event({"a": [0.5], "b": [6.0]}, 12))[1]


def test_what_is_known_survives_json() -> None:
    watch, _ = watched(Watch(), event({"a": [0.1, 0.2, 0.3], "b": [1e-9, 1e-9, 1e-9]}))
    assert Watch.model_validate_json(watch.model_dump_json()) == watch
    assert watch.told == ["vanishing b"]
