"""The run page lists checkpoints, pins, forks; the form begins from one and says what may not."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from dashboard.panels.configuration import command_line
from engine.settings.command import override
from jobs.services import checkpoints, forks, runs
from jobs.yard import Yard
from tests.dashboard.paging import fresh_yard, open_page, settled, texts
from tests.jobs.trained import trained


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


@pytest.fixture
def parent(yard: Yard) -> str:
    return trained(yard)


def test_a_checkpoint_is_pinned_and_let_go(yard: Yard, parent: str) -> None:
    (kept,) = checkpoints.every(yard, runs.get(yard, parent))
    page = open_page("run", id=parent, tab="Checkpoints")
    assert "1 kept" in texts(page)
    assert f"**Step {kept.step}**" in texts(page)
    settled(page.button(f"pin.{kept.name}").click().run())
    assert checkpoints.every(yard, runs.get(yard, parent))[0].pinned
    assert "Pinned" in texts(page)
    settled(page.button(f"pin.{kept.name}").click().run())
    assert not checkpoints.every(yard, runs.get(yard, parent))[0].pinned


def test_a_run_without_checkpoints_says_so(yard: Yard, parent: str) -> None:
    waiting = runs.launch(yard, runs.get(yard, parent).config)
    page = open_page("run", id=waiting, tab="Checkpoints")
    assert "has no checkpoint yet" in texts(page)


def test_the_form_begins_from_a_checkpoint_refuses_what_cannot_be_and_launches(
    yard: Yard, parent: str
) -> None:
    (kept,) = checkpoints.every(yard, runs.get(yard, parent))
    page = open_page("launch", fork=parent, at=kept.name)
    assert f"Starts from step {kept.step} of " in texts(page)
    hidden = next(each for each in page.text_input if each.label.startswith("Hidden"))
    settled(hidden.set_value("8").run())
    assert "so hidden stays 16; 8 was given" in texts(page)
    assert page.button("launch").disabled
    hidden = next(each for each in page.text_input if each.label.startswith("Hidden"))
    settled(hidden.set_value("16").run())
    rate = next(each for each in page.text_input if each.label.startswith("Learning rate"))
    settled(rate.set_value("1e-4").run())
    assert not page.button("launch").disabled
    page.button("launch").click().run()
    (fork,) = forks.of(yard, parent)
    assert fork.config.start is not None
    assert fork.config.start.step == kept.step
    assert fork.name == f"{runs.get(yard, parent).name}, from step {kept.step}"
    assert fork.config.optimizer.learning_rate == 1e-4
    told = texts(open_page("run", id=parent, tab="Checkpoints"))
    assert f"run?id={fork.id}" in told
    assert "1 fork" in told
    page = open_page("run", id=fork.id, tab="Checkpoints")
    assert f"run?id={parent}" in texts(page)
    assert f"at step {kept.step}" in texts(page)
    assert "where this run began" in texts(page)


def test_a_checkpoint_that_is_gone_is_a_sentence_and_a_form_from_the_beginning(parent: str) -> None:
    page = open_page("launch", fork=parent, at="step-7-a1")
    assert "has no checkpoint" in texts(page)
    assert not page.button("launch").disabled
    assert "Starts from" not in texts(page)


def test_the_command_of_a_fork_launches_the_same_one(yard: Yard, parent: str) -> None:
    point = forks.read(yard, parent)
    words = ["training.clip_norm=none", "optimizer.learning_rate=2e-3", "training.ema=on"]
    config = override(point.config, words)
    line = shlex.split(command_line(config, point))
    assert line[:4] == ["./trainyard", "launch", "--fork", f"{parent}@{point.kept.name}"]
    assert line[4:] == ["training.clip_norm=null", "training.ema={}"]
    assert override(forks.read(yard, line[3]).config, line[4:]) == config
