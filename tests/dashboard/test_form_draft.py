"""The form's pure half: settings → draft → settings, and the sentences on the way."""

from __future__ import annotations

import pytest

from dashboard.form.check import check
from dashboard.form.draft import read, seed
from dashboard.form.fields import fields, kind_of
from dashboard.form.offer import offer
from dashboard.form.session import lay_out
from dashboard.form.state import State
from dashboard.panels.configuration import command_line, settings
from engine.config import RunConfig
from engine.presets import PRESETS
from engine.settings.command import override
from engine.spec import Spec

CONFIGS = {
    **PRESETS,
    "defaults": RunConfig(),
    "everything on": override(
        RunConfig(),
        [
            "name=$(rm -rf /) 'quoted' <b>",
            "optimizer=sgd",
            "optimizer.learning_rate=3e-4",
            "optimizer.nesterov=true",
            "model=mlp",
            "model.hidden=[7, 8, 9]",
            "training.clip_norm=0.123456789",
            "training.early_stopping.patience=3",
            "data.limit=1000",
            "hardware.threads=2",
        ],
    ),
    "early stopping as it comes": RunConfig.model_validate({"training": {"early_stopping": {}}}),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_draft_reads_back_as_the_settings_it_was_filled_from(name: str) -> None:
    config = CONFIGS[name]
    outcome = check(read(RunConfig, seed(config)))
    assert outcome.config == config
    assert outcome.ready


def _classes(spec: type[Spec]) -> list[type[Spec]]:
    below = [option for item in fields(spec) for option in item.options if isinstance(option, type)]
    specs = [option for option in below if issubclass(option, Spec)]
    return [spec, *(found for option in specs for found in _classes(option))]


def test_every_setting_has_a_shape_and_is_explained() -> None:
    for spec in _classes(RunConfig):
        for item in fields(spec):
            if item.shape not in ("group", "union"):
                assert item.help, f"{spec.__name__}.{item.name} has no description"


def test_small_numbers_are_shown_as_people_write_them() -> None:
    draft = seed(override(RunConfig(), ["optimizer.learning_rate=3e-4"]))
    assert draft["optimizer.adamw.learning_rate"] == "0.0003"
    assert draft["optimizer.adamw.epsilon"] == "1e-8"


@pytest.mark.parametrize(
    ("key", "typed", "path", "words"),
    [
        ("optimizer.adamw.learning_rate", "fast", "optimizer.learning_rate", "fast"),
        ("optimizer.adamw.learning_rate", "-1", "optimizer.learning_rate", "-1"),
        ("optimizer.adamw.learning_rate", "", "optimizer.learning_rate", "number"),
        ("training.epochs", 0, "training.epochs", "0"),
        ("model.cnn.channels", "32, wide", "model.channels", "wide"),
        ("training.batch_size", 100_000, "training.batch_size", "100"),
        ("data.mnist.split.test", "0.9", "data.split", "0.9"),
    ],
)
def test_a_problem_stands_at_its_setting(key: str, typed: object, path: str, words: str) -> None:
    outcome = check(read(RunConfig, {**seed(RunConfig()), key: typed}))
    assert not outcome.ready
    at = [found for found in outcome.problems if found.startswith(path)]
    assert at, f"{path} not in {dict(outcome.problems)}"
    (sentence,) = outcome.problems[at[0]]
    assert words in sentence
    assert sentence[0].isupper() or not sentence[0].isalpha()
    assert "Input should" not in sentence


def test_scientific_numbers_are_read() -> None:
    values = read(RunConfig, {**seed(RunConfig()), "optimizer.adamw.learning_rate": " 3E-4 "})
    assert check(values).config == override(RunConfig(), ["optimizer.learning_rate=3e-4"])


def test_models_that_do_not_fit_are_refused_with_a_reason() -> None:
    diabetes = override(RunConfig(), ["data=diabetes", "model=mlp"])
    (model,) = [item for item in fields(RunConfig) if item.name == "model"]
    found = offer(diabetes, model)
    assert {kind_of(option) for option in found.fitting} == {"linear_regression", "mlp"}
    assert {kind_of(option) for option, _ in found.refused} >= {
        "cnn",
        "logistic_regression",
        "lstm",
    }
    assert all(reason.endswith(".") for _, reason in found.refused)


def test_a_model_that_no_longer_fits_stands_back_and_comes_again() -> None:
    form = State(seed(RunConfig()), seed(RunConfig()), "test", RunConfig())
    form.draft["data"] = "diabetes"
    sheet = lay_out(form)
    assert sheet.outcome.ready
    assert sheet.outcome.config is not None
    assert sheet.outcome.config.model.kind == "linear_regression"
    form.draft["data"] = "mnist"
    again = lay_out(form).outcome.config
    assert again is not None
    assert again.model == RunConfig().model


@pytest.mark.parametrize("name", CONFIGS)
def test_the_command_line_launches_the_same_settings(name: str) -> None:
    import shlex

    config = CONFIGS[name]
    _, _, *assignments = shlex.split(command_line(config))
    assert override(RunConfig(), assignments) == config


def test_only_what_is_not_the_default_is_marked() -> None:
    config = override(RunConfig(), ["optimizer=sgd", "optimizer.momentum=0.5"])
    marked = {path for path, value, usual in settings(config, "", RunConfig()) if value != usual}
    assert marked == {"optimizer", "optimizer.momentum"}
