"""What was built from the old settings holds the new ones: optimizers' groups, models' dropout."""

from __future__ import annotations

import pytest
import torch

from engine.config import RunConfig
from engine.loop.setup import first_state, set_up
from engine.loop.turn import turn
from engine.settings.live import changed, live_settings
from tests.engine.small import small


@pytest.mark.parametrize(
    "words",
    [
        (f"optimizer={kind}", "model=mlp", "model.hidden=16,16")
        for kind in ("adamw", "adam", "sgd", "muon", "rmsprop", "adagrad", "adadelta", "lbfgs")
    ],
    ids=lambda words: words[0],
)
def test_an_optimizer_takes_over_all_its_live_settings(words: tuple[str, ...]) -> None:
    before = small("training.clip_norm=none", "schedule.warmup_steps=0", *words)
    after = before
    for each in live_settings(before):
        if each.path.startswith("optimizer.") and isinstance(each.value, float):
            after = changed(after, each.path, each.value * 0.5)
    setup = set_up(before)
    state, new = first_state(setup), first_state(set_up(after))
    turn(setup, state, after)
    for mine, fresh in zip(state.optimizer.param_groups, new.optimizer.param_groups, strict=True):
        assert {k: v for k, v in mine.items() if k != "params"} == {
            k: v for k, v in fresh.items() if k != "params"
        }
    assert after != before


MODELS = [
    ("data=digits", "model=mlp"),
    ("data=digits", "model=cnn", "model.channels=4,8", "model.convolution_dropout=0.1"),
    ("data=digits", "model=vgg"),
    ("data=digits", "model=resnet"),
    ("data=digit_rows", "model=lstm", "model.layers=8,8"),
    ("data=tweets", "model=transformer"),
    ("data=karate_club", "model=gcn"),
    ("data=karate_club", "model=gat"),
]


@pytest.mark.parametrize("words", MODELS, ids=lambda words: words[1])
def test_dropout_changes_wherever_a_model_has_it(words: tuple[str, ...]) -> None:
    config = (
        small(*words, "training.batch_size=4") if words[0] != "data=karate_club" else _graph(words)
    )
    after = config
    for each in live_settings(config):
        if "dropout" in each.path:
            after = changed(after, each.path, 0.45)
    assert after != config
    setup = set_up(config)
    state = first_state(setup)
    turn(setup, state, after)
    with torch.device("meta"):
        fresh = after.model.build(setup.card)
    numbers = [_numbers(module) for module in state.model.modules()]
    assert numbers == [_numbers(module) for module in fresh.modules()]
    assert numbers != [_numbers(module) for module in config.model.build(setup.card).modules()]


def _numbers(module: torch.nn.Module) -> dict[str, object]:
    plain = {k: v for k, v in vars(module).items() if not k.startswith("_") and k != "training"}
    return {k: v for k, v in plain.items() if isinstance(v, float) or "Rates" in repr(v)}


def _graph(words: tuple[str, ...]) -> RunConfig:
    return small("data.limit=none", "schedule.warmup_steps=0", "training.batch_size=4", *words)
