"""Settings from words: what is understood, and the sentence for what is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import EarlyStopping, RunConfig
from engine.models import Mlp
from engine.optim import Sgd
from engine.presets import PRESETS
from engine.settings.command import SettingsError, override, parse_config


def refused(*words: str) -> list[tuple[str, str]]:
    """The problems these words lead to."""
    with pytest.raises(SettingsError) as raised:
        override(RunConfig(), words)
    return [(problem.path, problem.message) for problem in raised.value.problems]


@pytest.mark.parametrize("words", [["model=mlp"], ["model.kind=mlp"], ['model={"kind": "mlp"}']])
def test_another_choice_starts_from_its_defaults(words: list[str]) -> None:
    assert override(RunConfig(), words).model == Mlp()


def test_the_order_of_words_does_not_matter() -> None:
    config = override(RunConfig(), ["optimizer.momentum=0.5", "optimizer=sgd"])
    assert config.optimizer == Sgd(momentum=0.5)


def test_the_same_choice_again_keeps_its_settings() -> None:
    changed = override(RunConfig(), ["model.dropout=0.5"])
    assert override(changed, ["model=cnn"]) == changed


@pytest.mark.parametrize(
    ("word", "path", "value"),
    [
        ("optimizer.learning_rate=1e-2", "optimizer.learning_rate", 0.01),
        ("optimizer.learning_rate=.5", "optimizer.learning_rate", 0.5),
        ("model.channels=8,16", "model.channels", [8, 16]),
        ("model.channels=[8]", "model.channels", [8]),
        ("training.keep_best=no", "training.keep_best", False),
        ("training.clip_norm=1", "training.clip_norm", 1),
        ("training.clip_norm=none", "training.clip_norm", None),
        ("data.scaling=none", "data.scaling", "none"),
        ("name=123", "name", "123"),
        ("name=a=b", "name", "a=b"),
        ("training.early_stopping=on", "training.early_stopping", EarlyStopping()),
        (
            "training.early_stopping.patience=3",
            "training.early_stopping",
            EarlyStopping(patience=3),
        ),
        ("training.early_stopping=off", "training.early_stopping", None),
    ],
)
def test_values_are_read_as_people_write_them(word: str, path: str, value: object) -> None:
    found: object = override(RunConfig(), [word])
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


def test_presets_come_first_and_can_be_changed() -> None:
    config = override(RunConfig(), ["preset=diabetes_linear", "training.epochs=3"])
    assert config.training.epochs == 3
    assert config.model == PRESETS["diabetes_linear"].model
    assert refused("preset=nothing")[0][1].startswith(
        "there is no preset nothing; there are mnist_"
    )


@pytest.mark.parametrize(
    ("word", "path", "sentence"),
    [
        ("lr=1", "lr", "there is no setting lr; did you mean optimizer.learning_rate?"),
        ("optimizer.learnign_rate=1", "optimizer.learnign_rate", "mean optimizer.learning_rate?"),
        (
            "optimizer.learning_rate=1000",
            "optimizer.learning_rate",
            "learning rate must be a number above 0 and at most 100; 1000 was given",
        ),
        ("optimizer.learning_rate=NaN", "optimizer.learning_rate", "nan was given"),
        (
            "training.epochs=5.5",
            "training.epochs",
            "a whole number from 1 to 100,000; 5.5 was given",
        ),
        ("training.epochs=many", "training.epochs", "'many' was given"),
        (
            "hardware.device=tpu",
            "hardware.device",
            "must be one of auto, cpu, cuda, mps; 'tpu' was",
        ),
        ("model=gan", "model", "must be one of linear_regression, logistic_regression, mlp, cnn,"),
        (
            "optimizer.momentum=0.5",
            "optimizer.momentum",
            "only sgd and rmsprop and muon (choose it with optimizer=sgd)",
        ),
        (
            "model.channels=8,-1",
            "model.channels",
            "each a whole number from 1 to 4,096; -1 was given",
        ),
        ("training.keep_best=1", "training.keep_best", "must be true or false; 1 was given"),
        ("training=3", "training", "must be a group of settings; 3 was given"),
        ("a.b.c=3", "a.b.c", "there is no setting a.b.c"),
        ("name.first=x", "name.first", "there is no setting name.first"),
        ('optimizer={"kind": "sgd", "speed": 1}', "optimizer.speed", "there is no setting speed"),
        ("data.split.test=0.9", "data.split.validation", "leave under 5 % to train on; lower one"),
    ],
)
def test_what_cannot_be_gets_one_sentence(word: str, path: str, sentence: str) -> None:
    problems = refused(word)
    assert [p for p, _ in problems] == [path]
    assert sentence in problems[0][1]
    assert "pydantic" not in problems[0][1]


def test_a_word_without_a_sign() -> None:
    assert refused("epochs")[0][1] == (
        "'epochs' is no setting; write path=value, e.g. training.epochs=5"
    )


def test_all_wrong_words_are_told_at_once() -> None:
    assert len(refused("lr=1", "epoch=2")) == 2
    assert len(refused("training.epochs=0", "training.seed=-1", "model.kernel=4")) == 3


def test_a_rule_over_two_settings_stands_at_the_first_it_names() -> None:
    words = ("optimizer=sgd", "optimizer.momentum=0", "optimizer.nesterov=true")
    assert refused(*words)[0][0] == "optimizer.nesterov"


def outcome(words: list[str]) -> RunConfig | str:
    """The settings, or the sentences."""
    try:
        return override(RunConfig(), words)
    except SettingsError as error:
        return str(error)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_words_give_settings_or_sentences(path: str, text: str) -> None:
    assert outcome([f"{path}={text}"])


PATHS = [
    "name",
    "model",
    "model.channels",
    "model.kernel",
    "optimizer",
    "optimizer.beta1",
    "training",
    "training.early_stopping",
    "training.clip_norm",
    "data.split",
    "data.split.test",
    "data.limit",
    "hardware",
    "hardware.threads",
    "schedule.warmup_steps",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(PATHS), JSON)
def test_any_json_at_a_real_path_gives_settings_or_sentences(path: str, value: object) -> None:
    found = outcome([f"{path}={json.dumps(value)}"])
    assert found
    if isinstance(found, RunConfig):
        assert RunConfig.model_validate_json(found.model_dump_json()) == found


@given(JSON)
def test_any_json_as_a_whole_gives_settings_or_sentences(value: object) -> None:
    try:
        found = str(parse_config(value))
    except SettingsError as error:
        found = str(error)
    assert found
