"""A pinned checkpoint stays while the run writes newer ones, also from another process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.events import Event
from engine.saving.checkpoint import Checkpoints
from engine.saving.names import published
from engine.saving.pins import pin, pinned, unpin
from engine.train import train
from tests.engine.small import in_process, small
from tests.engine.write_checkpoints import content, facts, folder_with


def names(folder: Path) -> list[str]:
    return [each.name for each in published(folder)]


def test_a_pinned_one_is_not_removed_until_it_is_unpinned(tmp_path: Path) -> None:
    checkpoints = folder_with(tmp_path, 1)
    assert pin(tmp_path, "step-1-a1")
    assert pinned(tmp_path) == {"step-1-a1"}
    for step in (2, 3, 4):
        checkpoints.save(content(step), facts(step))
    assert names(tmp_path) == ["step-4-a1", "step-3-a1", "step-1-a1"]
    unpin(tmp_path, "step-1-a1")
    unpin(tmp_path, "step-1-a1")
    checkpoints.save(content(5), facts(5))
    assert names(tmp_path) == ["step-5-a1", "step-4-a1"]
    assert pin(tmp_path, "step-4-a1")
    checkpoints.keep_newest()
    assert names(tmp_path) == ["step-5-a1", "step-4-a1"]


def test_one_that_is_gone_cannot_be_pinned(tmp_path: Path) -> None:
    folder_with(tmp_path, 2)
    assert not pin(tmp_path, "step-1-a1")
    assert pinned(tmp_path) == set()
    with pytest.raises(FileNotFoundError):
        pin(tmp_path / "nowhere", "step-1-a1")


def test_a_pin_holds_while_another_process_trains_and_in_what_follows(tmp_path: Path) -> None:
    config, folder = small("training.epochs=9"), tmp_path / "run" / "checkpoints"
    heard: list[Event] = []
    running = train(config, tmp_path / "run")
    for event in running:
        heard.append(event)
        if event.kind == "checkpoint" and event.step == 8:
            running.close()
    kept = names(folder)[0]
    assert pin(folder, kept)
    code, _ = in_process(config, tmp_path / "run")
    assert code == 0
    assert kept in names(folder)
    assert len(names(folder)) == 3
    newest, damaged = Checkpoints(folder, 9).newest()
    assert newest is not None
    assert (newest.manifest.facts.step, damaged) == (72, [])
