"""Forks and pins through services, command line, a real worker and the recorder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
import redis

from engine.config import RunConfig
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.saving.fence import locked
from engine.settings.command import override
from jobs.home import Home
from jobs.services import changes, checkpoints, commands, forks, organise, runs
from jobs.services.runs import NotPossible, UnknownRun
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import Speaker
from tests.jobs.stack import Stack, until
from tests.jobs.test_changes import record
from tests.jobs.trained import go_on, trained

DIGITS = [
    "preset=digits_mlp",
    "hardware.threads=1",
    "training.batch_size=8",
    "training.steps=4000",
    "training.checkpoint_seconds=0.2",
]


def test_a_waiting_fork_keeps_its_checkpoint_whatever_becomes_of_the_other_run(
    yard: Yard, client: redis.Redis
) -> None:
    parent = trained(yard)
    point = forks.read(yard, parent)
    fork = runs.launch(yard, point.config.model_copy(update={"start": point.start}), parent)
    run = runs.get(yard, fork)
    assert (run.fork_of, run.fork_step, run.step) == (parent, point.start.step, point.start.step)
    assert run.config.start == point.start
    assert [each.id for each in forks.of(yard, parent)] == [fork]
    source = next((yard.home.run(parent) / "checkpoints").glob("step-*")) / "model.safetensors"
    assert source.stat().st_nlink == 2  # no second copy on the disk
    commands.ask(yard, parent, "stop")
    record(yard, client)
    organise.delete(yard, [parent], now=True)
    shutil.rmtree(yard.home.run(parent))
    go_on(yard, fork, 300)
    (kept, begun) = checkpoints.every(yard, runs.get(yard, fork))
    assert kept.step >= 300
    assert (begun.step, begun.begins) == (point.start.step, True)
    # A replay of a fork, and a fork of where it began, begin at the same place.
    again = changes.replay(yard, runs.get(yard, fork))
    assert runs.get(yard, runs.launch(yard, again, fork)).fork_of == parent
    assert forks.read(yard, f"{fork}@{begun.step}").start == point.start


def test_what_a_step_a_name_and_a_run_mean(yard: Yard) -> None:
    parent = trained(yard)
    run = runs.get(yard, parent)
    (kept,) = checkpoints.every(yard, run)
    for words in (parent, f"{parent}@{kept.step}", f"{parent}@{kept.name}"):
        assert forks.read(yard, words).kept == kept
    sentence = f"no checkpoint '7'; on disk are those of step {kept.step}"
    with pytest.raises(NotPossible, match=sentence):
        forks.read(yard, f"{parent}@7")
    with pytest.raises(UnknownRun):
        forks.read(yard, "nothing@7")
    waiting = runs.launch(yard, run.config)
    with pytest.raises(NotPossible, match="no worker has taken it"):
        forks.read(yard, waiting)


def test_what_cannot_be_is_refused_and_leaves_nothing_behind(yard: Yard) -> None:
    parent = trained(yard)
    point = forks.read(yard, parent)
    before = set(yard.home.run(parent).parent.iterdir())
    good = point.config.model_copy(update={"start": point.start})
    for word, sentence in [
        ("model.hidden=8", "so hidden stays 16; 8 was given.*launch it again with changes"),
        ("data.limit=600", "so limit stays 700; 600 was given"),
        ("data.split.folds=3", "every fold is trained from its beginning"),
    ]:
        with pytest.raises(SettingsError, match=sentence):
            runs.launch(yard, override(good, [word]))
    shutil.rmtree(point.kept.folder)
    with pytest.raises(SettingsError, match=r"not there any more\. A run keeps its last two"):
        runs.launch(yard, good)
    assert set(yard.home.run(parent).parent.iterdir()) == before
    assert forks.of(yard, parent) == []


def test_a_press_that_comes_twice_launches_once(yard: Yard) -> None:
    point = forks.read(yard, trained(yard))
    config = point.config.model_copy(update={"start": point.start})
    first = runs.launch(yard, config, key="one press")
    shutil.rmtree(point.kept.folder)
    assert runs.launch(yard, config, key="one press") == first


def test_the_end_is_known_before_the_launch(yard: Yard, client: redis.Redis) -> None:
    parent = trained(yard)
    Speaker(client, parent).begin(total_steps=490)  # 50 steps an epoch
    record(yard, client)
    point = forks.read(yard, parent)
    shorter = override(point.config, ["training.epochs=2"])
    (problem,) = forks.problems(yard, point.start, point.config, shorter)
    assert problem.path == "training.epochs"
    assert "end after 100 steps and the fork begins after" in problem.message
    assert "give at least 3 epochs" in problem.message


def test_a_fold_becomes_a_run_of_its_own(yard: Yard) -> None:
    parent = trained(yard, "data.split.folds=2", "data.split.test=0.2")
    point = forks.read(yard, parent)
    assert point.kept.name.startswith("fold-1/step-")
    assert point.config.data.split.fold == 1
    fork = runs.launch(yard, point.config.model_copy(update={"start": point.start}))
    go_on(yard, fork, point.start.step + 5)
    assert checkpoints.every(yard, runs.get(yard, fork))[0].step > point.start.step


def test_the_command_line_lists_pins_and_unpins(yard: Yard, home: Home) -> None:
    parent = trained(yard)
    (kept,) = checkpoints.every(yard, runs.get(yard, parent))
    done = trainyard("checkpoints", parent, "--pin", str(kept.step), "--json", home=home)
    (listed,) = json.loads(done.stdout)
    assert (listed["name"], listed["pinned"], listed["forks"]) == (kept.name, True, [])
    for step in (kept.step + 60, kept.step + 120, kept.step + 180):
        go_on(yard, parent, step)
    steps = [each.step for each in checkpoints.every(yard, runs.get(yard, parent))]
    assert len(steps) == 3
    assert steps[-1] == kept.step
    done = trainyard("checkpoints", parent, home=home)
    assert "pinned" in done.stdout
    assert "kB in all" in done.stderr
    refused = trainyard("checkpoints", parent, "--pin", "7", home=home)
    assert (refused.returncode, "has no checkpoint '7'" in refused.stderr) == (2, True)
    done = trainyard("checkpoints", parent, "--unpin", kept.name, home=home)
    go_on(yard, parent, kept.step + 240)
    assert kept.step not in [e.step for e in checkpoints.every(yard, runs.get(yard, parent))]


def test_the_command_line_forks_with_changes(yard: Yard, home: Home) -> None:
    parent = trained(yard)
    words = ("launch", "--fork", parent, "optimizer.learning_rate=1e-4", "--name", "slower")
    done = trainyard(*words, "--json", home=home)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["fork_of"], made["name"]) == (parent, "slower")
    assert made["config"]["optimizer"]["learning_rate"] == 1e-4
    assert made["config"]["start"]["run"] == parent
    for other in (["model.hidden=9"], ["--from", parent], ["start.step=3"]):
        refused = trainyard("launch", "--fork", parent, *other, home=home)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
    # Launching a fork again is a run of its own, from step 0.
    again = trainyard("launch", "--from", made["id"], "--json", home=home)
    assert json.loads(again.stdout)["config"]["start"] is None
    shown = trainyard("show", made["id"], home=home).stdout
    assert f"fork of    {parent}, step {made['fork_step']}" in shown


@pytest.fixture
def stack(home: Home, client: redis.Redis) -> Iterator[Stack]:
    running = Stack(home)
    assert client.ping()
    running.start("recorder")
    running.start("worker", "--device", "cpu")
    yield running
    running.end()


@pytest.mark.alone
def test_a_running_run_is_pinned_forked_killed_and_the_weights_are_the_same(
    home: Home, yard: Yard, stack: Stack
) -> None:
    """What must be shown: changed before the fork, pruned after it, and still the same bits."""
    parent = runs.launch(yard, override(RunConfig(), DIGITS))
    changes.ask(yard, parent, "optimizer.learning_rate", 5e-4)
    until(lambda: bool(checkpoints_of(yard, parent)), "a checkpoint")
    (trainer,) = stack.trainers()
    # So that the test and not the pruning is first; and not while it holds the lock itself.
    with locked(yard.home.run(parent) / "checkpoints"):
        trainer.suspend()
    kept = checkpoints_of(yard, parent)[0]
    done = trainyard("checkpoints", parent, "--pin", kept.name, home=home)
    assert done.returncode == 0, done.stderr
    trainer.resume()
    until(lambda: runs.get(yard, parent).over, "the end of the run", 180)
    there = checkpoints_of(yard, parent)
    assert [each.pinned for each in there] == [False, False, True]

    done = trainyard("launch", "--fork", f"{parent}@{kept.step}", "--json", home=home)
    assert done.returncode == 0, done.stderr
    fork = str(json.loads(done.stdout)["id"])
    shutil.rmtree(yard.home.run(parent) / "checkpoints" / kept.name)
    until(lambda: bool(own(yard, fork)), "a checkpoint of its own")
    (trainer,) = stack.trainers()
    trainer.kill()
    until(lambda: runs.get(yard, fork).over, "the end of the fork", 180)
    run = runs.get(yard, fork)
    assert (run.status, run.attempts, run.resumed, run.step) == ("finished", 2, "exact", 4000)
    assert weights(home, fork) == weights(home, parent)
    assert run.test == runs.get(yard, parent).test
    points = yard.history.curve(fork, "train/loss")
    whole = yard.history.curve(parent, "train/loss")
    assert points.steps[0] == kept.step + 1
    assert points.values.tolist() == whole.values[kept.step :].tolist()
    assert run.config.optimizer.learning_rate == 5e-4
    hardware = yard.history.curve(fork, "hardware/process/cpu")
    assert not len(hardware.steps) or hardware.steps[0] >= kept.step


def checkpoints_of(yard: Yard, run_id: str) -> list[checkpoints.Kept]:
    return checkpoints.every(yard, runs.get(yard, run_id))


def own(yard: Yard, run_id: str) -> list[checkpoints.Kept]:
    return [each for each in checkpoints_of(yard, run_id) if not each.begins]


def weights(home: Home, run_id: str) -> dict[str, bytes]:
    loaded, _ = Checkpoints(home.run(run_id) / "checkpoints", 99).newest()
    assert loaded is not None
    return {name: data for name, data in loaded.files.items() if name.endswith(".safetensors")}
