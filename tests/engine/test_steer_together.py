"""Changes where a run is several trainings, or several processes."""

from __future__ import annotations

from pathlib import Path

from engine.events import Event, Obeyed, Steps
from engine.inbox import Asked, Inbox, Order
from engine.settings.plan import Change
from engine.train import train
from tests.engine.folds import WHOLE, told
from tests.engine.folds import weights as weights_of
from tests.engine.small import curve, last, small
from tests.engine.test_resume import weights
from tests.engine.test_steer import PLAN, changes, replay

TEAM = ("hardware.devices=2", "training.batch_size=4", "training.epochs=2", "training.clip_norm=1")


def test_all_processes_change_at_the_same_step(tmp_path: Path) -> None:
    """By the plan and by hand: did one of them not, their weights would differ at once."""
    config = small(*TEAM, "changes=7 model.dropout=0; 9 optimizer.beta1=0.5; 130 training.epochs=3")
    inbox, heard = Inbox(), list[Event]()
    for event in train(config, tmp_path / "live", inbox=inbox):
        heard.append(event)
        if isinstance(event, Steps) and not inbox.asked:
            inbox.put(Asked(id="1", setting="optimizer.learning_rate", value=0.02))
    made = changes(heard)
    assert sorted(each.by for each in made) == ["person", "plan", "plan", "plan"]
    assert made[-1].total_steps == 3 * 123
    again = list(train(replay(config, made), tmp_path / "again"))
    assert curve(again) == curve(heard)
    assert weights(tmp_path / "again") == weights(tmp_path / "live")


def test_what_is_ordered_of_several_processes_is_done_by_the_first(tmp_path: Path) -> None:
    """And all go on: the others once met after every step from then on, and the first did not."""
    inbox, heard = Inbox(), list[Event]()
    for event in train(small(*TEAM), tmp_path, inbox=inbox):
        heard.append(event)
        if isinstance(event, Steps) and not inbox.orders:
            inbox.order(Order(id="1", op="checkpoint"))
            inbox.order(Order(id="2", op="resume"))
    assert [each.id for each in heard if isinstance(each, Obeyed)] == ["1"]
    assert last(heard).reason == "completed"
    assert curve(heard) == curve(train(small(*TEAM)))


def test_a_change_holds_for_the_fold_that_trains_and_the_later_ones(tmp_path: Path) -> None:
    config = small(*WHOLE, "training.batch_size=4", "schedule.warmup_steps=0", PLAN[:40])
    inbox, heard = Inbox(), list[Event]()
    for event in train(config, tmp_path / "live", inbox=inbox):
        heard.append(event)
        if isinstance(event, Steps) and event.fold == 2 and not inbox.asked:
            inbox.put(Asked(id="1", setting="optimizer.weight_decay", value=0.5))
    made = changes(heard)
    assert [(each.fold, each.by) for each in made] == [
        *((1, "plan"), (2, "person"), (2, "plan"), (3, "person"), (3, "plan"))
    ]
    assert made[3].step == made[3].fold_begin
    # The record, with its folds, is the plan of a replay.
    plan = [
        Change(
            step=each.step - each.fold_begin,
            setting=each.setting,
            value=each.after,
            fold=each.fold,
        )
        for each in made
    ]
    again = list(
        train(config.model_copy(update={"changes": plan}), tmp_path / "again", inbox=Inbox())
    )
    assert told(again) == told(heard)
    assert weights_of(tmp_path / "again", 3) == weights_of(tmp_path / "live", 3)
