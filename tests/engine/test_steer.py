"""Settings that change while a run trains: by its plan, or because somebody asked for it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.events import Changed, Event, Steps
from engine.inbox import Asked, Inbox
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.live import changed, is_live
from engine.settings.plan import Change
from engine.settings.tree import settings
from engine.train import train
from tests.engine.small import curve, evaluations, in_process, last, small
from tests.engine.test_resume import stopped_after, weights

PLAN = (
    "changes=3 optimizer.learning_rate=0.05; 11 training.clip_norm=none; 11 model.dropout=0.6;"
    "13 optimizer.weight_decay=0.3; 13 optimizer.beta1=0.5; 21 training.evaluate_steps=5"
)


def changes(events: Iterable[Event]) -> list[Changed]:
    return [event for event in events if isinstance(event, Changed)]


def replay(config: RunConfig, told: list[Changed]) -> RunConfig:
    """The run whose plan is what was told."""
    plan = [Change(step=each.step, setting=each.setting, value=each.after) for each in told]
    return config.model_copy(update={"changes": plan})


def test_a_plan_takes_effect_at_its_steps(tmp_path: Path) -> None:
    config = small("schedule=constant", "schedule.warmup_steps=0", "training.epochs=4", PLAN)
    told = list(train(config, tmp_path))
    rates = curve(told, "train/learning_rate")
    assert rates[3] == 0.002
    assert rates[4] == 0.05
    assert rates[32] == 0.05
    assert [
        (each.step, each.setting, each.before, each.after, each.by) for each in changes(told)
    ] == [
        (3, "optimizer.learning_rate", 0.002, 0.05, "plan"),
        (11, "training.clip_norm", 1.0, None, "plan"),
        (11, "model.dropout", 0.3, 0.6, "plan"),
        (13, "optimizer.weight_decay", 0.01, 0.3, "plan"),
        (13, "optimizer.beta1", 0.9, 0.5, "plan"),
        (21, "training.evaluate_steps", None, 5, "plan"),
    ]
    steps = [event.step for event in told if event.kind == "evaluation"]
    assert steps[:-1] == [8, 16, 21, 25, 30, 32]
    # Each is told after the steps before it and before the one after it.
    assert [event.step for event in told if isinstance(event, Steps | Changed)] == sorted(
        event.step for event in told if isinstance(event, Steps | Changed)
    )


def test_a_run_without_changes_is_the_same_as_ever(tmp_path: Path) -> None:
    whole = list(train(small(), tmp_path / "a"))
    other = list(train(small("changes=32 optimizer.learning_rate=1"), tmp_path / "b"))
    assert curve(whole) == curve(other)


@pytest.mark.parametrize("step", [2, 12, 13, 25])
def test_a_resume_goes_on_with_what_was_changed(step: int, tmp_path: Path) -> None:
    config = small(
        "training.batch_size=2", "training.checkpoint_seconds=3600", PLAN, "training.steps=300"
    )
    whole = list(train(config, tmp_path / "whole"))
    heard = stopped_after(config, tmp_path / "parts", step)
    rest = list(train(config, tmp_path / "parts"))
    assert curve(heard + rest) == curve(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_what_was_asked_for_is_done_and_its_replay_gives_the_same_weights(tmp_path: Path) -> None:
    config = small("training.batch_size=2", "training.epochs=2", "training.ema=on")
    inbox, heard = Inbox(), list[Event]()
    asked = iter(
        [("optimizer.learning_rate", 0.03), ("model.dropout", 0.0), ("training.epochs", 3)]
    )
    running = train(config, tmp_path / "live", inbox=inbox)
    for event in running:
        heard.append(event)
        if isinstance(event, Steps) and (one := next(asked, None)):
            inbox.put(Asked(id=one[0], setting=one[0], value=one[1], who="Ada"))
    told = changes(heard)
    assert [(each.setting, each.who) for each in told] == [
        ("optimizer.learning_rate", "Ada"),
        ("model.dropout", "Ada"),
        ("training.epochs", "Ada"),
    ]
    assert told[-1].total_steps == 3 * 245
    rates = curve(heard, "train/learning_rate")
    # From the very next step on, and the schedule goes on scaling it.
    begun = told[0].step
    assert rates[begun] == config.schedule.rate(0.002, begun - 1, 490)
    assert rates[begun + 1] == config.schedule.rate(0.03, begun, 490)
    again = list(train(replay(config, told), tmp_path / "again"))
    assert curve(again) == curve(heard)
    assert evaluations(again) == evaluations(heard)
    assert weights(tmp_path / "again") == weights(tmp_path / "live")
    assert {each.by for each in changes(again)} == {"plan"}


def test_a_change_that_comes_again_is_made_once_and_where_it_was_made(tmp_path: Path) -> None:
    """As after a crash: the checkpoint is older than the change, and the record knows its step."""
    config = small(
        "training.batch_size=2", "training.steps=200", "training.checkpoint_seconds=3600"
    )
    rate = Asked(id="1", setting="optimizer.learning_rate", value=0.01)
    whole = Inbox([rate.model_copy(update={"step": 150})])
    expected = list(train(config, tmp_path / "whole", inbox=whole))
    inbox = Inbox([rate.model_copy(update={"step": 150}), rate.model_copy(update={"step": 150})])
    stopped_after(config, tmp_path / "parts", 64)
    rest = list(train(config, tmp_path / "parts", inbox=inbox))
    assert len(changes(rest)) == 1
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")
    # The checkpoint knows it: another attempt is not moved by it once more.
    assert len(changes(expected)) == 1
    assert (
        changes(list(train(config, tmp_path / "parts", inbox=Inbox([rate])))) == changes(rest)[:1]
    )


def test_fewer_epochs_end_the_run_where_it_stands_with_its_test(tmp_path: Path) -> None:
    told = list(train(small("training.epochs=9", "changes=20 training.epochs=1"), tmp_path))
    assert last(told).reason == "completed"
    assert last(told).step == 20
    assert [event.step for event in told if event.kind == "evaluation"][:-1] == [8, 16, 20]


def test_more_epochs_stretch_the_schedule() -> None:
    config = small("schedule.warmup_steps=0", "training.epochs=2", "changes=8 training.epochs=4")
    rates = curve(train(config), "train/learning_rate")
    assert len(rates) == 32
    # Cosine over 16 steps until then, over 32 from then on.
    assert rates[8] == pytest.approx(0.002 * 0.5 * (1 + math.cos(math.pi * 7 / 16)))
    assert rates[9] == pytest.approx(0.002 * 0.5 * (1 + math.cos(math.pi * 8 / 32)))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("cosine", ()),
        ("one_cycle", ()),
        ("plateau", ("schedule.patience=1", "schedule.threshold=0.9")),
    ],
)
def test_schedules_go_on_scaling_the_new_rate(schedule: str, words: tuple[str, ...]) -> None:
    """Warm-up, cosine, one-cycle and plateau: the same factors, another base."""
    plain = small(f"schedule={schedule}", "schedule.warmup_steps=5", *words)
    then = plain.model_copy(
        update={"changes": [Change(step=3, setting="optimizer.learning_rate", value=0.004)]}
    )
    before, after = (curve(train(each), "train/learning_rate") for each in (plain, then))
    factors = [after[step] / before[step] for step in before]
    assert factors[:3] == [1, 1, 1]
    # A plateau looks at losses, which are others now: it may drop elsewhere, by the same factor.
    allowed = {2.0 * 0.5**drops for drops in range(-4, 5)} if schedule == "plateau" else {2.0}
    assert {round(each, 9) for each in factors[3:]} <= allowed


REFUSED = [
    ("training.batch_size", 3, "the batch size cannot change while a run trains; launch it again"),
    ("optimizer.learning_rate", -1, "learning rate must be a number above 0 and at most 100"),
    ("training.early_stopping.patience", 3, "early stopping is off in this run"),
    ("model.droput", 0.1, "did you mean model.dropout"),
    ("training.epochs", None, "epochs must be a whole number"),
    ("schedule", "linear", "the schedule cannot change while a run trains"),
    ("training.steps", 3, "a warm-up of 5 steps is longer than the run of 3"),
]


@pytest.mark.parametrize(("setting", "value", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(
    setting: str, value: float | None, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        changed(small(), setting, value)
    inbox = Inbox([Asked(id="1", setting=setting, value=value)])
    told = list(train(small("training.epochs=1"), inbox=inbox))
    assert sentence in changes(told)[0].refused
    assert curve(told) == curve(train(small("training.epochs=1")))


def test_a_plan_is_checked_before_the_run() -> None:
    config = small(
        "changes=5 training.batch_size=3; 6 optimizer.learning_rate=1; fold 2 3 training.epochs=9"
    )
    assert [(each.path, each.message.partition(": ")[0]) for each in problems(config)] == [
        ("changes", "fold 2 3 training.epochs=9"),
        ("changes", "5 training.batch_size=3"),
    ]


def test_live_is_said_where_the_setting_is_declared() -> None:
    live = {each.path for each in settings(RunConfig) if is_live(each.field)}
    assert {"optimizer.learning_rate", "training.clip_norm", "training.clip_value"} <= live
    assert {"optimizer.weight_decay", "model.dropout", "training.epochs"} <= live
    assert not {"training.batch_size", "training.seed", "training.accumulation"} & live


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    config = small(PLAN)
    whole = list(train(config, tmp_path / "whole"))
    code, heard = in_process(config, tmp_path / "killed", "train.step@17:kill9")
    assert code == -9
    rest = list(train(config, tmp_path / "killed"))
    assert curve(heard + rest) == curve(whole)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
