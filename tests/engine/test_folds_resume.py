"""A run of folds that ends before its time goes on as if nothing had been."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.events import Alert, Checkpoint, CrossValidation, Evaluation, Event, Started, Steps
from engine.problem import SettingsError
from engine.settings.command import override
from engine.settings.sizes import of_fold
from engine.train import train
from tests.engine.folds import FOLDS, WHOLE, of, result, scores_of, told, weights
from tests.engine.small import in_process, last, small


@pytest.mark.parametrize("place", ["train.step@20", "folds.before_write@1", "folds.after_write@1"])
def test_kill_9_in_and_between_folds_is_bit_identical(place: str, tmp_path: Path) -> None:
    config = small(*WHOLE)
    whole = list(train(config, tmp_path / "whole"))
    code, heard = in_process(config, tmp_path / "parts", f"{place}:kill9")
    assert code == -9
    code, rest = in_process(config, tmp_path / "parts")
    assert code == 0
    _same(whole, heard + rest)
    starts = [event for event in rest if isinstance(event, Started)]
    assert (starts[0].fold, starts[0].resumed) == (1 if "before" in place else 2, "exact")
    assert [event.resumed for event in starts[1:]] == [""] * len(starts[1:])
    for fold in range(1, FOLDS + 1):
        assert weights(tmp_path / "whole", fold) == weights(tmp_path / "parts", fold)


def test_kill_9_at_random_steps_is_bit_identical(tmp_path: Path) -> None:
    config = small(*WHOLE)
    whole = list(train(config, tmp_path / "whole"))
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    heard: list[Event] = []
    for _ in range(6):
        fault = f"train.step@{chance.randint(1, 20)}:kill9"
        code, events = in_process(config, tmp_path / "parts", fault)
        heard += events
        if code == 0:
            break
        assert code == -9
    code, rest = in_process(config, tmp_path / "parts")
    assert code == 0
    _same(whole, heard + rest, f"seed {seed}")


def _same(whole: Sequence[Event], parts: Sequence[Event], note: str = "") -> None:
    """The same points, tests and result, whatever was told twice."""
    for fold in range(1, FOLDS + 1):
        mine, theirs = of(whole, fold), of(parts, fold)
        assert set(map(repr, told(mine))) == set(map(repr, told(theirs))), note
    assert scores_of(parts) == scores_of(whole), note
    assert result(parts).means == result(whole).means, note
    assert result(parts).deviations == result(whole).deviations, note
    assert last(list(parts)).message == last(list(whole)).message, note


@pytest.mark.parametrize("step", [3, 14, 20, 34])
def test_close_in_any_fold_loses_nothing(step: int, tmp_path: Path) -> None:
    config = small(*WHOLE, "training.checkpoint_seconds=3600")
    whole = list(train(config))
    heard: list[Event] = []
    running = train(config, tmp_path)
    for event in running:
        heard.append(event)
        if event.step >= step:
            running.close()
    rest = list(train(config, tmp_path))
    assert isinstance(rest[0], Started)
    assert (rest[0].step >= step, rest[0].resumed) == (True, "exact")
    _same(whole, heard + rest)


def test_what_was_told_before_the_next_fold_is_told_again(tmp_path: Path) -> None:
    config = small(*WHOLE)
    running = train(config, tmp_path)
    heard: list[Event] = []
    for event in running:
        heard.append(event)
        if isinstance(event, Started) and event.fold == 2:
            break
    running.close()
    again = list(train(config, tmp_path))
    lost = [e for e in heard if isinstance(e, Steps | Evaluation | CrossValidation)]
    assert isinstance(again[0], Started)
    assert all(event in again for event in lost[-3:])


def test_a_finished_run_of_folds_is_finished(tmp_path: Path) -> None:
    config = small(*WHOLE)
    whole = list(train(config, tmp_path))
    again = list(train(config, tmp_path))
    assert last(again).message == last(whole).message
    assert last(again).step == last(whole).step
    assert not [event for event in again if isinstance(event, Started)]


def test_damaged_results_are_found_again_by_testing_once_more(tmp_path: Path) -> None:
    config = small(*WHOLE)
    whole = list(train(config, tmp_path))
    ledger = tmp_path / "folds" / "folds.json"
    ledger.write_bytes(ledger.read_bytes().replace(b'accuracy":0.', b'accuracy":1.', 1))
    again = list(train(config, tmp_path))
    assert [e.code for e in again if isinstance(e, Alert)] == ["checkpoint-damaged"]
    assert max(e.step for e in again if isinstance(e, Steps)) <= last(whole).step
    assert scores_of(again) == scores_of(whole)
    assert last(again).message == last(whole).message


def test_a_fold_that_is_done_keeps_one_checkpoint(tmp_path: Path) -> None:
    events = list(train(small(*WHOLE), tmp_path))
    names = [event.name for event in events if isinstance(event, Checkpoint)]
    assert names[0].startswith("fold-1/step-")
    for fold in range(1, FOLDS + 1):
        kept = list((tmp_path / "folds" / f"fold-{fold}" / "checkpoints").glob("step-*"))
        assert len(kept) == 1


def test_other_folds_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    config = small(*WHOLE)
    next(train(config, tmp_path))
    for words, path in (
        (("data.split.folds=4",), "data.split.folds"),
        (("data.split.fold=2",), "data.split.fold"),
        (("optimizer.learning_rate=0.5",), "optimizer.learning_rate"),
    ):
        with pytest.raises(SettingsError) as raised:
            next(train(override(config, words), tmp_path))
        assert [p.path for p in raised.value.problems] == [path]
    list(train(of_fold(config, 2), tmp_path / "one"))
    with pytest.raises(SettingsError, match=r"data.split.fold: the folder holds a run with 2"):
        next(train(config, tmp_path / "one"))
