"""Changing a run that trains: through services, Redis, a real worker and the recorder."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import redis

from engine.config import RunConfig
from engine.events import Changed
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.settings.command import override
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.run import Run
from jobs.services import changes, runs
from jobs.services.runs import NotPossible
from jobs.wire import keys
from jobs.wire.control import Commands
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import Speaker, save
from tests.jobs.stack import Stack, until

DIGITS = [
    "preset=digits_mlp",
    "hardware.threads=1",
    "training.batch_size=8",
    "training.epochs=400",
    "training.checkpoint_seconds=0.5",
]


def record(yard: Yard, client: redis.Redis) -> None:
    while Recorder(client, yard.history, yard.home).round():
        pass


def test_a_change_is_pending_until_the_run_says_at_which_step(
    yard: Yard, client: redis.Redis
) -> None:
    run_id = save(yard)
    asked = changes.ask(yard, run_id, "optimizer.learning_rate", 1e-4, "Ada")
    run = runs.get(yard, run_id)
    (told,) = changes.every(yard, run)
    assert (told.state, told.after, told.who, told.step) == ("pending", 1e-4, "Ada", None)
    inbox = Commands(client, run_id)
    assert inbox.begun.wait(5)
    assert [(each.id, each.value, each.step) for each in inbox.inbox.asked] == [(asked, 1e-4, 0)]
    speaker = Speaker(client, run_id)
    speaker.begin(total_steps=90)
    word = {"setting": "optimizer.learning_rate", "before": 2e-3, "after": 1e-4, "who": "Ada"}
    place = {"step": 7, "by": "person", "id": asked, "total_steps": 120, "epochs": 4}
    speaker.say(Changed.model_validate({**word, **place}))
    speaker.say(Changed(step=9, by="plan", setting="training.clip_norm", before=None, after=1.0))
    record(yard, client)
    run = runs.get(yard, run_id)
    made = changes.every(yard, run)
    assert [(each.state, each.step, each.by) for each in made] == [
        *(("made", 7, "person"), ("made", 9, "plan"))
    ]
    now = changes.current(yard, run)
    assert (now.optimizer.learning_rate, now.training.clip_norm) == (1e-4, 1.0)
    # Of the plan's own change nothing is doubled; this run had none planned.
    assert [each.words() for each in changes.replay(yard, run).changes] == [
        "7 optimizer.learning_rate=0.0001"
    ]
    client.xadd(keys.control(run_id), {"op": "stop"})


def test_what_cannot_be_is_refused_at_once(yard: Yard, client: redis.Redis) -> None:
    run_id = save(yard)
    for setting, value, sentence in [
        ("training.batch_size", 3, "launch it again with changes"),
        ("optimizer.learning_rate", 1e9, "above 0 and at most 100"),
        ("optimizer.lr", 1e-3, "optimizer.learning_rate"),
    ]:
        with pytest.raises(SettingsError, match=sentence):
            changes.ask(yard, run_id, setting, value)
    with pytest.raises(NotPossible, match="is 0\\.002 already"):
        changes.ask(yard, run_id, "optimizer.learning_rate", 2e-3)
    assert changes.every(yard, runs.get(yard, run_id)) == []
    assert not client.exists(keys.control(run_id))
    speaker = Speaker(client, run_id)
    speaker.begin()
    changes.ask(yard, run_id, "optimizer.learning_rate", 1e-3)
    speaker.finish()
    record(yard, client)
    with pytest.raises(NotPossible, match="has ended already"):
        changes.ask(yard, run_id, "optimizer.learning_rate", 1e-4)
    assert [each.state for each in changes.every(yard, runs.get(yard, run_id))] == ["too late"]


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    """A recorder and a worker."""
    running = Stack(home)
    running.start("recorder")
    running.start("worker", "--device", "cpu")
    yield running
    running.end()


def settle(yard: Yard, run_id: str, count: int) -> Run:
    """The run once so many changes are made."""

    def made() -> bool:
        told = changes.every(yard, runs.get(yard, run_id))
        return sum(each.state == "made" for each in told) >= count

    until(made, f"{count} changes made", 180)
    return runs.get(yard, run_id)


def weights(home: Home, run_id: str) -> dict[str, bytes]:
    loaded, _ = Checkpoints(home.run(run_id) / "checkpoints", 99).newest()
    assert loaded is not None
    return {name: data for name, data in loaded.files.items() if name.endswith(".safetensors")}


@pytest.mark.alone
def test_a_live_run_is_changed_killed_forgotten_by_redis_and_replayed_bit_for_bit(
    home: Home, yard: Yard, client: redis.Redis, stack: Stack
) -> None:
    """What must be shown: the change takes effect at its step, and the record is a replay."""
    run_id = runs.launch(yard, override(RunConfig(), DIGITS))
    # While it waits: from its first step on.
    changes.ask(yard, run_id, "optimizer.weight_decay", 0.5)
    run = settle(yard, run_id, 1)
    assert changes.every(yard, run)[0].step == 0
    until(lambda: runs.get(yard, run_id).step > 100, "some steps")

    done = trainyard("set", run_id, "optimizer.learning_rate=5e-4", "model.dropout=0.2", home=home)
    assert done.returncode == 0, done.stderr
    settle(yard, run_id, 3)
    (trainer,) = stack.trainers()
    trainer.kill()
    until(lambda: runs.get(yard, run_id).attempts == 2, "another attempt")
    until(lambda: runs.get(yard, run_id).status == "running", "training again")

    # Redis forgets what was sent: the database is the truth, and the recorder sends it again.
    until(lambda: len(stack.trainers()) == 1, "its trainer")
    (trainer,) = stack.trainers()
    trainer.suspend()
    changes.ask(yard, run_id, "training.clip_norm", 0.5)
    client.delete(keys.control(run_id))
    trainer.resume()
    run = settle(yard, run_id, 4)
    end = run.step + 300
    changes.ask(yard, run_id, "training.steps", end)
    until(lambda: runs.get(yard, run_id).over, "the end", 180)
    run = runs.get(yard, run_id)
    assert (run.status, run.total_steps, run.diverged_step) == ("finished", end, None)
    assert moved(yard, run) < 0.6
    assert replayed(home, yard, run_id) == ["plan"] * 5


def moved(yard: Yard, run: Run) -> float:
    """By which factor the learning rate was another one right after the step that is said."""
    told = changes.every(yard, run)
    assert [each.state for each in told] == ["made"] * 5
    step = next(each.step for each in told if each.setting == "optimizer.learning_rate")
    assert step is not None
    rates = yard.history.curve(run.id, "train/learning_rate").values
    return float(rates[step] / rates[step - 1])


def replayed(home: Home, yard: Yard, run_id: str) -> list[str]:
    """Replays the run; it must come out the same. Who made the changes of the replay."""
    listed = trainyard("changes", run_id, "--json", home=home)
    assert len(json.loads(listed.stdout)) == 5
    again = trainyard("launch", "--replay", run_id, "--json", home=home)
    assert again.returncode == 0, again.stderr
    other = json.loads(again.stdout)["id"]
    until(lambda: runs.get(yard, other).over, "the end of the replay", 120)
    assert weights(home, other) == weights(home, run_id)
    assert runs.get(yard, other).test == runs.get(yard, run_id).test
    return [each.by for each in changes.every(yard, runs.get(yard, other))]
