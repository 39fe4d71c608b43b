"""Comparisons: what differs, names that say only that, runs grouped by what they share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.config import RunConfig
from engine.settings.command import override
from engine.settings.start import Start
from jobs.comparison.differences import differing, flat
from jobs.comparison.groups import choices, grouped
from jobs.comparison.names import legend_names

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


def test_a_fork_says_from_where() -> None:
    start = Start(run="0" * 26, step=592, checkpoint="step-592-a1", digest="0" * 64)
    fork = BASE.model_copy(update={"start": start})
    names = legend_names({"a": ("base", BASE), "b": ("base", fork)})
    assert names == {"a": "from step 0", "b": "forked at step 592"}


def test_equal_runs_are_numbered() -> None:
    assert _names([], []) == ["base (1)", "base (2)"]


def test_the_name_itself_is_no_difference() -> None:
    configs = {"a": BASE, "b": BASE.model_copy(update={"name": "other"})}
    assert differing({run: flat(config) for run, config in configs.items()}) == []


def test_fields_of_a_kind_are_named_where_runs_of_that_kind_differ_in_them() -> None:
    rates = (["optimizer.learning_rate=0.1"], ["optimizer.learning_rate=0.2"])
    assert _names(*rates, ["optimizer=sgd"]) == [
        "AdamW · learning rate 0.1",
        "AdamW · learning rate 0.2",
        "SGD · learning rate 0.1",
    ]


def test_a_group_that_is_switched_on_is_a_difference() -> None:
    assert _names([], ["training.ema={}"]) == ["ema none", "ema on"]


def test_two_settings_of_one_name_say_whose_they_are() -> None:
    assert _names(["data.split.seed=1"], ["training.seed=1"]) == [
        "split seed 1 · training seed 0",
        "split seed 0 · training seed 1",
    ]


def test_names_that_are_cut_end_with_what_tells_the_runs_apart() -> None:
    other = [f"optimizer.{name}=0.5" for name in ("beta1", "beta2", "weight_decay")]
    other += ["training.epochs=3", "training.batch_size=7"]
    first, second, third = _names([*other, "training.seed=1"], [*other, "training.seed=2"], [])
    assert first.endswith(" · … · seed 1")
    assert second == first.replace("seed 1", "seed 2")
    assert third.endswith("…")


def test_settings_of_a_script_of_ones_own_are_compared_too() -> None:
    own = {"a": ("x", {"lr": 0.1, "net": {"depth": 2}}), "b": ("x", {"lr": 0.1, "net": {}})}
    assert list(legend_names({**own, "c": ("x", {"lr": 0.2})}).values()) == [
        "lr 0.1 (1)",
        "lr 0.1 (2)",
        "lr 0.2",
    ]


SEEDED = [override(BASE, [f"training.seed={seed}"]) for seed in range(3)]
WORDS = st.text("ab(12) ·", min_size=0, max_size=6)


@given(st.lists(st.tuples(WORDS, st.integers(0, 2)), min_size=1, max_size=12))
def test_every_legend_name_is_there_and_unique(runs: list[tuple[str, int]]) -> None:
    configs = {str(number): (name, SEEDED[seed]) for number, (name, seed) in enumerate(runs)}
    names = legend_names(configs)
    assert list(names) == list(configs)
    assert len(set(names.values())) == len(names)
    assert all(names.values())


def test_runs_are_grouped_by_all_but_the_seed_and_by_one_setting() -> None:
    configs = {
        f"{rate}/{seed}": override(
            BASE, [f"training.seed={seed}", f"optimizer.learning_rate={rate}"]
        )
        for rate in (0.1, 0.2)
        for seed in (1, 2, 3)
    }
    own = dict.fromkeys(configs, "x")
    assert choices(configs) == {
        "seeds": "mean over seeds",
        "optimizer.learning_rate": "by learning rate",
        "training.seed": "by seed",
    }
    by_seed = grouped(configs, own, "seeds")
    assert [(group.name, len(group.runs)) for group in by_seed] == [
        ("learning rate 0.1", 3),
        ("learning rate 0.2", 3),
    ]
    assert [group.name for group in grouped(configs, own, "training.seed")] == [
        "seed 1",
        "seed 2",
        "seed 3",
    ]
    assert choices({"a": BASE}) == {}


def test_many_differences_stay_short() -> None:
    changes = [
        "training.epochs=3",
        "training.batch_size=8",
        "training.seed=9",
        "training.clip_norm=1",
        "hardware.threads=1",
    ]
    assert _names([], changes)[1].endswith("…")
