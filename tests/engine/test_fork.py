"""A run that begins from a checkpoint of another one: the same bits where nothing was changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.events import Log, Started
from engine.inbox import Asked, Inbox
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.saving.start import FOLDER, digest_of, settings_of, take_over
from engine.settings.command import override
from engine.settings.fork import fork_problems
from engine.settings.start import Start
from engine.train import train
from tests.engine.small import curve, evaluations, in_process, last, small
from tests.engine.test_resume import KINDS, stopped_after, weights

PARENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
LONG = ("training.batch_size=2", "training.epochs=2", "training.checkpoint_seconds=3600")
STRATEGY = (*KINDS["strategy"], "training.evaluate_steps=40", "training.batch_size=2")


def forked(parent: Path, folder: Path, *assignments: str) -> RunConfig:
    """A run that begins in `folder` from the newest checkpoint in `parent`, with changes."""
    loaded, _ = Checkpoints(parent / "checkpoints", 99).newest()
    assert loaded is not None
    checkpoint = parent / "checkpoints" / loaded.name
    take_over(checkpoint, folder)
    start = Start(
        run=PARENT,
        step=loaded.manifest.facts.step,
        checkpoint=loaded.name,
        digest=digest_of(checkpoint),
    )
    config = override(settings_of(checkpoint), assignments)
    return config.model_copy(update={"start": start})


def after(points: dict[int, float], step: int) -> dict[int, float]:
    return {each: value for each, value in points.items() if each > step}


@pytest.mark.parametrize(
    "words",
    [
        LONG,
        (*LONG, *STRATEGY),
        (*LONG, "training.guard=on", "training.ema=on", "training.early_stopping=on"),
        (*LONG, *KINDS["cnn"]),
    ],
    ids=["plain", "strategy", "guard", "cnn"],
)
def test_a_fork_without_changes_gives_the_same_weights(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    config = small(*words)
    whole = list(train(config, tmp_path / "whole"))
    heard = stopped_after(config, tmp_path / "parent", 100)
    config = forked(tmp_path / "parent", tmp_path / "fork")
    # Whatever becomes of the other run.
    shutil.rmtree(tmp_path / "parent")
    told = list(train(config, tmp_path / "fork"))
    begun = told[0]
    assert isinstance(begun, Started)
    assert config.start is not None
    assert (begun.step, begun.start, begun.resumed) == (config.start.step, config.start, "")
    assert next(each.message for each in told if isinstance(each, Log)) == (
        f"begins after step {begun.step} of run {PARENT}, bit for bit as it was"
    )
    assert curve(told) == after(curve(whole), begun.step)
    assert min(curve(told)) == max(curve(heard)) + 1
    ends = [each for each in evaluations(whole).items() if each[0] in evaluations(told)]
    assert ends == list(evaluations(told).items())
    assert weights(tmp_path / "fork") == weights(tmp_path / "whole")


def test_a_fork_inherits_what_was_changed_before_it(tmp_path: Path) -> None:
    """By the plan and by hand; what the plan has later comes later."""
    config = small(
        *LONG,
        "changes=20 training.clip_norm=none; 60 model.dropout=0.6; 300 optimizer.beta1=0.5",
    )
    asked = [Asked(id="1", setting="optimizer.learning_rate", value=0.03, step=70)]
    whole = list(train(config, tmp_path / "whole", inbox=Inbox(list(asked))))
    heard = []
    running = train(config, tmp_path / "parent", inbox=Inbox(list(asked)))
    for event in running:
        heard.append(event)
        if event.kind == "steps" and event.step >= 100:
            running.close()
    config = forked(tmp_path / "parent", tmp_path / "fork")
    assert config.optimizer.learning_rate == 0.03
    assert config.training.clip_norm is None
    assert [each.words() for each in config.changes] == ["300 optimizer.beta1=0.5"]
    told = list(train(config, tmp_path / "fork"))
    assert curve(told) == after(curve(whole), told[0].step)
    assert weights(tmp_path / "fork") == weights(tmp_path / "whole")
    assert [(each.kind, each.step) for each in told if each.kind == "changed"] == [("changed", 300)]


def test_a_changed_fork_is_the_parent_changed_at_that_step(tmp_path: Path) -> None:
    config = small(*LONG)
    stopped_after(config, tmp_path / "parent", 100)
    settings = ("optimizer.learning_rate=0.05", "model.dropout=0.1", "training.epochs=3")
    fork = forked(tmp_path / "parent", tmp_path / "fork", *settings)
    assert fork.start is not None
    plan = "; ".join(f"{fork.start.step} {each}" for each in settings)
    steered = list(train(override(config, [f"changes={plan}"]), tmp_path / "steered"))
    told = list(train(fork, tmp_path / "fork"))
    assert curve(told) == after(curve(steered), fork.start.step)
    assert weights(tmp_path / "fork") == weights(tmp_path / "steered")
    rate = curve(told, "train/learning_rate")[fork.start.step + 1]
    assert rate == fork.schedule.rate(0.05, fork.start.step, 735)


def test_a_killed_fork_goes_on_from_its_own_checkpoints(tmp_path: Path) -> None:
    stopped_after(small(*LONG), tmp_path / "parent", 100)
    words = ("training.epochs=1", "training.checkpoint_seconds=0")
    config = forked(tmp_path / "parent", tmp_path / "whole", *words)
    whole = list(train(config, tmp_path / "whole"))
    config = forked(tmp_path / "parent", tmp_path / "fork", *words)
    for fault in ("train.step@1:kill9", "train.step@90:kill9"):
        code, _ = in_process(config, tmp_path / "fork", fault)
        assert code == -9
    own, _ = Checkpoints(tmp_path / "fork" / "checkpoints", 99).newest()
    assert own is not None
    shutil.rmtree(tmp_path / "fork" / FOLDER)  # its own ones win over where it began
    rest = list(train(config, tmp_path / "fork"))
    assert isinstance(rest[0], Started)
    assert rest[0].resumed == "exact"
    assert rest[0].step == own.manifest.facts.step
    assert weights(tmp_path / "fork") == weights(tmp_path / "whole")
    assert last(rest) == last(whole).model_copy(update={"time": last(rest).time})


@pytest.mark.parametrize(
    "words",
    [
        ("training.ema=on",),
        ("training.best_by=accuracy", "training.keep_best=true"),
        ("loss=cross_entropy", "loss.label_smoothing=0.2"),
        ("training.keep_best=false", "training.early_stopping=on"),
        ("schedule=one_cycle", "training.evaluate_steps=30", "training.guard=on"),
        ("training.batch_size=1", "training.accumulation=2", "training.seed=9"),
        ("optimizer.weight_decay=0.5", "alerts.spike=20"),
    ],
)
def test_what_keeps_the_state_of_use_may_change(words: tuple[str, ...], tmp_path: Path) -> None:
    stopped_after(small(*LONG), tmp_path / "parent", 260)
    config = forked(tmp_path / "parent", tmp_path / "fork", *words)
    told = list(train(config, tmp_path / "fork"))
    assert last(told).reason == "completed", last(told).message
    assert last(told).step == 490


REFUSED = [
    ("model.hidden=16,8", "model.hidden", "are those of this model, so hidden stays 16; 16, 8"),
    ("model=cnn", "model", "so model stays MLP; CNN was given"),
    ("data.limit=600", "data.limit", "learned from these data, so limit stays 700; 600"),
    ("data.split.seed=4", "data.split.seed", "learned from these data"),
    ("optimizer=sgd", "optimizer", "whose memory goes with them, so optimizer stays AdamW"),
    ("training.batch_size=4", "training.batch_size", "learned from 2 samples"),
    ("schedule=range_test", "schedule", "a range test begins with a run"),
    ("changes=5 training.epochs=9", "changes", "the fork begins after step 100"),
]


@pytest.mark.parametrize(("word", "path", "sentence"), REFUSED)
def test_what_makes_the_state_useless_is_refused(word: str, path: str, sentence: str) -> None:
    parent = small(*LONG)
    (found,) = fork_problems(parent, override(parent, [word]), 100)
    assert found.path == path
    assert sentence in found.message
    assert "launch it again with changes" in found.message or "plan it" in found.message


def test_the_engine_refuses_too_and_never_begins_elsewhere(tmp_path: Path) -> None:
    stopped_after(small(*LONG), tmp_path / "parent", 100)
    config = forked(tmp_path / "parent", tmp_path / "fork", "model.hidden=8")
    with pytest.raises(SettingsError, match="hidden stays 16"):
        list(train(config, tmp_path / "fork"))
    config = forked(tmp_path / "parent", tmp_path / "over", "training.steps=50")
    with pytest.raises(SettingsError, match="end after 50 steps and the fork begins after"):
        list(train(config, tmp_path / "over"))
    config = forked(tmp_path / "parent", tmp_path / "bad")
    path = tmp_path / "bad" / FOLDER / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # a hard link: the other run keeps its own
    path.write_bytes(bytes(content))
    with pytest.raises(SettingsError, match=r"model\.safetensors is not what was written"):
        list(train(config, tmp_path / "bad"))
    with pytest.raises(SettingsError, match=r"manifest\.json cannot be read"):
        list(train(config, tmp_path / "elsewhere"))
    with pytest.raises(SettingsError, match="give its folder"):
        list(train(config))
    assert not list((tmp_path / "elsewhere" / "checkpoints").glob("step-*"))


def test_a_start_is_no_setting_that_people_write() -> None:
    with pytest.raises(SettingsError, match=r"there is no setting start\.step"):
        override(small(), ["start.step=5"])
    with pytest.raises(SettingsError, match="there is no setting start"):
        override(small(), ["start=5"])
