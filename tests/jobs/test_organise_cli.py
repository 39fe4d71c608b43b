"""Organising runs from the command line: the same as on the pages."""

from __future__ import annotations

import json
import subprocess

import pytest

from engine.config import RunConfig
from engine.settings.command import override
from jobs.home import Home
from jobs.services import commands, runs
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import save


@pytest.fixture
def over(yard: Yard) -> str:
    """A run that was stopped before it began."""
    run_id = save(yard, "mine")
    commands.ask(yard, run_id, "stop")
    return run_id


def said(*words: str, home: Home) -> str:
    """What a command prints when all is well."""
    done: subprocess.CompletedProcess[str] = trainyard(*words, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tags_and_notes_are_written_and_read(home: Home, over: str) -> None:
    assert said("tag", "mine", "good", "to do", home=home) == "good\nto do\n"
    assert said("tag", over, "新", "--remove", "to do", home=home) == "good\n新\n"
    assert said("note", over, "first\n\x1b[31msecond", home=home) == "first\n [31msecond\n"
    shown = said("show", over, home=home)
    assert "tags       good, 新" in shown
    assert "notes      first /  [31msecond" in shown
    listed = json.loads(said("runs", "--tag", "新", "--search", "SECOND", "--json", home=home))
    assert [(run["id"], run["tags"]) for run in listed] == [(over, ["good", "新"])]
    assert said("rename", over, "other", home=home) == f"{over}  other\n"
    assert said("note", "other", "", home=home) == ""


def test_pin_archive_delete_and_back(home: Home, yard: Yard, over: str) -> None:
    other = save(yard, "newer")
    assert "mine: pinned" in said("pin", "mine", home=home)
    assert [run["id"] for run in json.loads(said("runs", "--json", home=home))] == [over, other]
    said("unpin", "mine", home=home)
    said("archive", "mine", home=home)
    assert "mine" not in said("runs", home=home)
    assert over in said("runs", "--archived", home=home)
    said("unarchive", "mine", home=home)
    assert "restore" in said("delete", "mine", home=home)
    assert over in said("runs", "--deleted", home=home)
    assert "deleted, removed for good at" in said("show", over, home=home)
    said("restore", over, home=home)
    said("delete", "mine", home=home)
    assert said("delete", "--now", home=home) == "1 deleted run is removed for good\n"


def test_runs_are_compared(home: Home, yard: Yard) -> None:
    seeds = [
        runs.launch(yard, override(RunConfig(name=f"run {seed}"), [f"training.seed={seed}"]))
        for seed in (1, 2)
    ]
    shown = said("compare", *seeds, home=home).splitlines()
    assert shown[0].split() == ["run", "1", "run", "2"]
    assert shown[-1].split() == ["training.seed", "1", "2"]
    found = json.loads(said("compare", *seeds, "--json", home=home))
    assert [run["differs"] for run in found["runs"]] == ["seed 1", "seed 2"]
    assert len(found["settings"]) == 1
    assert "runs  2" in said("compare", *seeds, "--by", "seeds", home=home)
    wrong = trainyard("compare", *seeds, "--by", "model", home=home)
    assert wrong.returncode == 2
    assert "but by seeds" in " ".join(wrong.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("delete", "busy"), "busy is queued. Stop it first"),
        (("delete",), "name a run, or give --now"),
        (("delete", "mine", "nothing"), "There is no run 'nothing'"),
        (("restore", "mine"), "mine is not deleted"),
        (("tag", "mine", " "), "this one is empty"),
        (("rename", "mine", ""), "needs a name"),
        (("note", "mine", "n" * 20_001), "at most 20,000 letters"),
        (("runs", "--model", "nothing"), "there is no model 'nothing'"),
        (("pin", "nothing"), "There is no run 'nothing'"),
    ],
)
def test_a_mistake_is_a_sentence(
    home: Home, yard: Yard, over: str, words: tuple[str, ...], sentence: str
) -> None:
    save(yard, "busy")
    done = trainyard(*words, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert not runs.get(yard, over).deleted
