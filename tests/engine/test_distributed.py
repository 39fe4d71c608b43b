"""Several processes train as one: same loss, exact resume, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.config import RunConfig
from engine.distributed.crew import RankKilled
from engine.events import EVENT, Alert, Event, Started, Steps
from engine.problem import SettingsError
from engine.train import train
from tests.engine.small import PROJECT, curve, evaluations, last, small
from tests.faults import living

# 490 samples: the last batch of an epoch has 42, which three ranks share as 14 each, and two as 21.
TEAM = ("hardware.devices=2", "model.dropout=0", "training.epochs=2")
ALONE = ("model.dropout=0", "training.epochs=2")

DIVERGING = (
    "data=diabetes",
    "model=linear_regression",
    "optimizer=sgd",
    "optimizer.learning_rate=100",
    "training.clip_norm=none",
    "schedule=constant",
)


def ranks() -> list[psutil.Process]:
    """The other ranks of runs of this process."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "engine.distributed" in " ".join(child.cmdline())]


def test_two_devices_learn_what_one_learns_with_the_same_batch() -> None:
    one, two = list(train(small(*ALONE))), list(train(small(*TEAM)))
    assert curve(two) == pytest.approx(curve(one), rel=1e-4)
    assert curve(two, "train/gradient_norm") == pytest.approx(
        curve(one, "train/gradient_norm"), rel=1e-3
    )
    assert evaluations(two)["test", 2]["loss"] == pytest.approx(
        evaluations(one)["test", 2]["loss"], rel=1e-3
    )
    assert last(two).reason == "completed"
    assert ranks() == []


@pytest.mark.slow
def test_a_rank_without_a_sample_counts_nothing() -> None:
    """The last batch of each epoch is one sample."""
    uneven = ("data.limit=651", "training.batch_size=64", *ALONE)
    alone = list(train(small(*uneven)))
    assert next(e.samples["train"] for e in alone if isinstance(e, Started)) % 64 % 2 == 1
    shared = curve(train(small(*uneven, "hardware.devices=2")))
    assert shared == pytest.approx(curve(alone), rel=1e-4)


@pytest.mark.slow
def test_a_resume_in_mid_epoch_is_exact_with_as_many_devices(tmp_path: Path) -> None:
    config = small("hardware.devices=2", "training.epochs=2")
    whole = curve(train(config))
    events = train(config, tmp_path)
    before: list[Event] = []
    for event in events:
        before.append(event)
        if event.step >= 5 and isinstance(event, Steps):
            break
    events.close()
    assert ranks() == []
    after = list(train(config, tmp_path, attempt=2))
    began = after[0]
    assert isinstance(began, Started)
    assert (began.resumed, began.step > 0) == ("exact", True)
    assert {**curve(before), **curve(after)} == whole


@pytest.mark.slow
def test_what_two_devices_saved_one_and_four_go_on_with(tmp_path: Path) -> None:
    """A checkpoint holds no rank: the curve is the one of a single device throughout."""
    whole = curve(train(small(*ALONE)))
    pieces: dict[int, float] = {}
    for attempt, (devices, last_step) in enumerate([(2, 4), (1, 8), (4, 10_000)], start=1):
        events = train(small(*ALONE, f"hardware.devices={devices}"), tmp_path, attempt=attempt)
        began = next(events)
        assert isinstance(began, Started)
        if attempt > 1:
            assert (began.resumed, began.step > 0) == ("best-effort", True)
            assert "the number of devices was" in began.resume_note
        told: list[Event] = []
        for event in events:
            told.append(event)
            if event.step >= last_step and isinstance(event, Steps):
                break
        events.close()
        pieces |= curve(told)
    assert pieces == pytest.approx(whole, rel=1e-4)
    assert ranks() == []


def test_a_killed_process_ends_the_attempt_with_its_cause() -> None:
    events = train(small(*TEAM, "training.epochs=2000"))
    assert isinstance(next(events), Started)
    (other,) = ranks()
    other.send_signal(signal.SIGKILL)
    with pytest.raises(RankKilled, match=r"process 2 of the 2 .* killed by signal 9"):
        list(events)
    assert ranks() == []


def test_several_machines_need_workers_or_torchrun() -> None:
    with pytest.raises(SettingsError, match=r"hardware\.machines.*a worker on each"):
        list(train(small("hardware.machines=2")))


def test_divergence_leaves_no_process_behind() -> None:
    events = list(train(small(*DIVERGING, "hardware.devices=2")))
    assert any(isinstance(event, Alert) for event in events)
    assert last(events).reason == "failed"
    assert ranks() == []


@pytest.mark.slow
def test_the_others_end_when_the_first_is_killed(tmp_path: Path) -> None:
    words = [*_words(small(*TEAM)), "training.epochs=100000"]
    leader = _engine(["-m", "engine", *words], tmp_path)
    assert leader.stdout is not None
    leader.stdout.readline()
    others = psutil.Process(leader.pid).children(recursive=True)
    assert others
    leader.kill()
    leader.wait()
    left = living(others, 20)
    assert left == []
    leader.stdout.close()


@pytest.mark.slow
def test_torchrun_starts_the_same_run(tmp_path: Path) -> None:
    one = curve(train(small(*ALONE)))
    runner = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    process = _engine([*runner, "-m", "engine", *_words(small(*ALONE))], tmp_path)
    try:
        output, _ = process.communicate(timeout=200)
    finally:
        process.kill()
    assert process.returncode == 0
    lines = [line for line in output.splitlines() if line.startswith("{")]
    told = [EVENT.validate_json(line) for line in lines]
    assert sum(isinstance(event, Started) for event in told) == 1, "only rank 0 speaks"
    assert curve(told) == pytest.approx(one, rel=1e-4)


def _words(config: RunConfig) -> list[str]:
    """The settings of `small`, as the command line takes them."""
    from tests.engine.small import EVERYTHING

    return [*EVERYTHING, *ALONE, f"hardware.devices={config.hardware.devices}"]


def _engine(arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TRAINYARD_HOME": str(folder)},
    )
