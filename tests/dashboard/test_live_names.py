"""Names in a comparison: only what differs."""

from __future__ import annotations

from dashboard.live.names import differing, legend_names
from engine.config import RunConfig
from engine.settings.command import override

BASE = RunConfig(name="base")


def _names(*assignments: list[str]) -> list[str]:
    runs = {
        str(number): ("base", override(BASE, changes)) for number, changes in enumerate(assignments)
    }
    return list(legend_names(runs).values())


def test_only_the_setting_that_differs_is_named() -> None:
    assert _names(["optimizer.learning_rate=0.01"], ["optimizer.learning_rate=3e-4"]) == [
        "learning rate 0.01",
        "learning rate 0.0003",
    ]


def test_seeds_0_and_1_are_numbers() -> None:
    assert _names(["training.seed=0"], ["training.seed=1"]) == ["seed 0", "seed 1"]


def test_another_kind_says_it_all() -> None:
    names = _names([], ["optimizer=sgd"])
    assert names[0] != names[1]
    assert "momentum" not in " ".join(names)


def test_equal_runs_are_numbered() -> None:
    assert _names([], []) == ["base (1)", "base (2)"]


def test_the_name_itself_is_no_difference() -> None:
    configs = {"a": BASE, "b": BASE.model_copy(update={"name": "other"})}
    assert differing(configs) == {"a": {}, "b": {}}


def test_many_differences_stay_short() -> None:
    changes = [
        "training.epochs=3",
        "training.batch_size=8",
        "training.seed=9",
        "training.clip_norm=1",
        "hardware.threads=1",
    ]
    assert _names([], changes)[1].endswith("…")
