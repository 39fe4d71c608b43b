"""A run that ends before its time goes on as if nothing had been: same bits, no point missing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.events import Alert, Checkpoint, Event, Gradients, Started, Steps
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.train import train
from tests.engine.places import PLACES
from tests.engine.small import curve, evaluations, in_process, last, small

KINDS = {
    "adamw": ("optimizer=adamw",),
    "adam": ("optimizer=adam",),
    "sgd": ("optimizer=sgd", "optimizer.momentum=0"),
    "momentum": ("optimizer=sgd", "optimizer.nesterov=true"),
    "adamax": ("optimizer=adamax",),
    "nadam": ("optimizer=nadam",),
    "radam": ("optimizer=radam",),
    "rmsprop": ("optimizer=rmsprop", "optimizer.momentum=0.5"),
    "adagrad": ("optimizer=adagrad",),
    "adadelta": ("optimizer=adadelta",),
    "muon": ("optimizer=muon", "model.hidden=16,16"),
    "one cycle": ("schedule=one_cycle",),
    "strategy": (
        "loss=cross_entropy",
        "loss.label_smoothing=0.1",
        "loss.class_weights=balanced",
        "optimizer=muon",
        "model.hidden=16,16",
        "schedule=plateau",
        "schedule.patience=1",
        "schedule.threshold=0.5",
        "training.evaluate_steps=40",
        "training.accumulation=3",
        "training.ema=on",
        "training.ema.decay=0.9",
        "training.l1=0.0001",
        "training.clip_value=0.05",
        "training.layer_norms_every=7",
        "training.epochs=6",
    ),
    "rnn": (
        *("data=digit_rows", "data.limit=700", "model=rnn", "model.layers=8"),
        *("data.augmentation.noise=0.1", "data.augmentation.scale=0.1"),
        "data.augmentation.shift=1",
    ),
    "table": (
        *("data=breast_cancer", "data.limit=none", "model=mlp", "model.hidden=8"),
        *("data.augmentation.noise=0.1", "data.augmentation.dropout=0.1", "training.epochs=3"),
    ),
    "gru": ("data=digit_rows", "data.limit=700", "model=gru", "model.bidirectional=true"),
    "lstm": (
        *("data=tweets", "data.limit=700", "data.length=12", "data.token_dropout=0.2"),
        "data.token_swap=0.2",
        *("model=lstm", "model.embedding=8", "model.layers=8,8", "model.dense=8"),
    ),
    "transformer": (
        *("data=tweets", "data.limit=700", "data.length=12", "data.tokens=word_pieces"),
        *("model=transformer", "model.width=16", "model.dense=16"),
    ),
    "cnn": ("model=cnn", "model.channels=4,8", "model.dropout=0.2"),
}


def weights(folder: Path) -> dict[str, bytes]:
    """The files that hold tensors in the newest checkpoint."""
    loaded, damaged = Checkpoints(folder / "checkpoints", 1).newest()
    assert loaded is not None
    assert not damaged
    return {name: data for name, data in loaded.files.items() if name.endswith(".safetensors")}


def gradients(events: list[Event]) -> dict[int, list[float]]:
    """Of all layers, by step."""
    found = [event for event in events if isinstance(event, Gradients)]
    return {
        step: [norms[place] for norms in event.norms.values()]
        for event in found
        for place, step in enumerate(event.steps)
    }


def stopped_after(config: RunConfig, folder: Path, step: int) -> list[Event]:
    """The events of a run closed at its first flush from `step` on."""
    heard: list[Event] = []
    running = train(config, folder)
    for event in running:
        heard.append(event)
        if isinstance(event, Steps) and event.step >= step:
            running.close()
    return heard


@pytest.mark.parametrize("kind", KINDS)
def test_close_and_go_on_is_bit_identical(kind: str, tmp_path: Path) -> None:
    # Batches of 2 make an epoch of 245 steps, so that flushes come in the middle of epochs.
    config = small(
        "training.batch_size=2",
        "training.epochs=2",
        "training.checkpoint_seconds=3600",
        *KINDS[kind],
    )
    whole = list(train(config, tmp_path / "whole"))
    heard: list[Event] = []
    for step in (30, 245, 300):
        heard += stopped_after(config, tmp_path / "parts", step)
    rest = list(train(config, tmp_path / "parts"))
    assert isinstance(rest[0], Started)
    assert rest[0].resumed == "exact"
    assert 300 <= rest[0].step < 490
    for metric in ("train/loss", "train/gradient_norm", "train/learning_rate"):
        assert curve(heard + rest, metric) == curve(whole, metric)
    assert gradients(heard + rest) == gradients(whole)
    assert evaluations(heard + rest) == evaluations(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_kill_9_at_random_steps_is_bit_identical(tmp_path: Path) -> None:
    config = small()
    whole = list(train(config, tmp_path / "whole"))
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    heard: list[Event] = []
    for _ in range(8):
        fault = f"train.step@{chance.randint(1, 16)}:kill9"
        code, events = in_process(config, tmp_path / "parts", fault)
        heard += events
        if code == 0:
            break
        assert code == -9
    code, rest = in_process(config, tmp_path / "parts")
    assert code == 0
    assert curve(heard + rest) == curve(whole), f"seed {seed}"
    assert evaluations(heard + rest) == evaluations(whole), f"seed {seed}"
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole"), f"seed {seed}"


@pytest.mark.slow
@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("place", PLACES)
def test_kill_9_at_every_place_of_a_checkpoint(place: str, hit: int, tmp_path: Path) -> None:
    config = small("training.epochs=2")
    whole = list(train(config, tmp_path / "whole"))
    code, heard = in_process(config, tmp_path / "parts", f"{place}@{hit}:kill9")
    assert code == -9
    code, rest = in_process(config, tmp_path / "parts")
    assert code == 0
    assert curve(heard + rest) == curve(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_what_an_evaluation_found_is_saved_though_its_step_was_saved_before(tmp_path: Path) -> None:
    config = small("training.epochs=2", "training.checkpoint_seconds=3600")
    whole = list(train(config, tmp_path / "whole"))
    running = train(config, tmp_path / "parts")
    for event in running:
        if isinstance(event, Steps) and event.step == last(whole).step:
            break
    running.close()  # saves after the last step, before its evaluation
    list(train(config, tmp_path / "parts"))
    assert len(list((tmp_path / "parts" / "checkpoints").glob("step-*"))) == 2
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_damaged_checkpoints_are_told_of_and_passed_over(tmp_path: Path) -> None:
    config = small("training.batch_size=2", "training.epochs=1")
    whole = list(train(config))
    stopped_after(config, tmp_path, 200)
    for left, code in ((1, "warning"), (0, "error")):
        folders = sorted(
            (tmp_path / "checkpoints").glob("step-*"), key=lambda f: int(f.name.split("-")[1])
        )
        (folders[left] / "model.safetensors").write_bytes(b"rubbish")
        running = train(config, tmp_path)
        started, alert = next(running), next(running)
        assert isinstance(started, Started)
        assert isinstance(alert, Alert)
        assert (alert.code, alert.level) == ("checkpoint-damaged", code)
        assert f"({folders[1].name}) is damaged: model.safetensors" in alert.message
        assert ("begins again at step 0" in alert.message) == (left == 0)
        running.close()
    assert curve(train(config, tmp_path)) == curve(whole)


def test_what_was_told_in_the_last_second_is_told_again(tmp_path: Path) -> None:
    """A listener that died with the process may not have written it down."""
    config = small("training.checkpoint_seconds=3600")
    heard = stopped_after(config, tmp_path, 12)
    again = list(train(config, tmp_path))
    told_before = [e for e in heard if e.kind in ("steps", "evaluation")][-1]
    assert told_before in again
    assert min(curve(again)) <= 12


def test_a_finished_run_is_finished(tmp_path: Path) -> None:
    config = small()
    whole = list(train(config, tmp_path))
    again = list(train(config, tmp_path))
    assert last(again).reason == "completed"
    assert not [step for step in curve(again) if step > 32]
    assert evaluations(again)["test", max(e for s, e in evaluations(whole) if s == "test")]


def test_a_run_stopped_early_stays_stopped(tmp_path: Path) -> None:
    config = small(
        "training.early_stopping.patience=1",
        "training.early_stopping.min_delta=1000",
        "training.epochs=30",
    )
    first, again = list(train(config, tmp_path)), list(train(config, tmp_path))
    assert last(again).reason == last(first).reason == "early-stopped"
    assert max(curve(again), default=0) <= max(curve(first))


def test_another_number_of_threads_is_only_a_best_effort(tmp_path: Path) -> None:
    stopped_after(small(), tmp_path, 8)
    started = next(train(small("hardware.threads=2"), tmp_path))
    assert isinstance(started, Started)
    assert started.resumed == "best-effort"
    assert started.resume_note == "the number of threads was 1 and is 2"
    next(train(small()))  # back to one thread for the tests that follow


def test_other_settings_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    stopped_after(small(), tmp_path, 8)
    with pytest.raises(
        SettingsError, match=r"optimizer.learning_rate: the folder holds a run with"
    ):
        next(train(small("optimizer.learning_rate=0.5"), tmp_path))
    with pytest.raises(SettingsError) as raised:
        next(train(small("optimizer=sgd"), tmp_path))
    assert [p.path for p in raised.value.problems] == ["optimizer"]
    next(train(small("name=other", "training.checkpoint_seconds=5"), tmp_path))


def test_epochs_shorter_than_a_flush_are_saved_too(tmp_path: Path) -> None:
    config = small("training.epochs=30", "training.batch_size=400")
    saved = [event for event in train(config, tmp_path) if isinstance(event, Checkpoint)]
    assert len(saved) > 10
