"""Failpoints: the list is that of the sources; faults are read, counted, shared and met."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.saving.failpoints import Armed, Fault, failpoint
from engine.saving.places import PLACES as ENGINE
from jobs.places import PLACES
from tests.faults import Barrier, arm, visits

PROJECT = Path(__file__).resolve().parents[1]
VISIT = 'from engine.saving.failpoints import failpoint; failpoint("train.step"); print("lives")'


def named_in(*packages: str) -> list[str]:
    """The places in the sources of these packages: one may stand where several write alike."""
    texts = [path.read_text() for name in packages for path in (PROJECT / name).rglob("*.py")]
    found = {place for text in texts for place in re.findall(r'\bfailpoint\("([^"]+)"\)', text)}
    return sorted(found)


def test_the_list_has_every_place_of_the_sources() -> None:
    assert named_in("engine", "jobs", "dashboard") == sorted(PLACES)
    assert named_in("engine") == sorted(ENGINE)


def test_every_failpoint_is_a_name_in_quotes() -> None:
    """Otherwise the list above would miss it."""
    for package in ("engine", "jobs", "dashboard"):
        for path in (PROJECT / package).rglob("*.py"):
            for line in path.read_text().splitlines():
                if re.search(r"\bfailpoint\(", line) and "def failpoint" not in line:
                    assert re.search(r'failpoint\("[a-z]+\.[a-z_]+"\)', line), f"{path}: {line}"


@pytest.mark.parametrize("text", ["", "train.step", "train.step@x:raise", "train.step@1:sleep"])
def test_a_fault_that_cannot_be_read_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"write e.g. checkpoint.after_rename@2:kill9"):
        Armed.read(text)


def test_faults_happen_at_their_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    arm(monkeypatch, "train.step@2:raise", "journal.after_write@2+:enospc")
    failpoint("train.step")
    failpoint("journal.after_write")
    with pytest.raises(Fault, match=r"train\.step"):
        failpoint("train.step")
    failpoint("train.step")
    for _ in range(2):
        with pytest.raises(OSError, match="No space left") as caught:
            failpoint("journal.after_write")
        assert caught.value.errno == errno.ENOSPC


def visit(folder: Path, fault: str) -> subprocess.Popen[bytes]:
    environment = {"TRAINYARD_FAULT": fault, "TRAINYARD_FAULT_FOLDER": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", VISIT],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )


def test_processes_count_together(tmp_path: Path) -> None:
    codes = [visit(tmp_path, "train.step@2:kill9").wait(30) for _ in range(3)]
    assert codes == [0, -9, 0]
    assert visits(tmp_path, "train.step") == 3


def test_a_barrier_is_met_and_opened(tmp_path: Path) -> None:
    barrier = Barrier(tmp_path, "train.step")
    process = visit(tmp_path, "train.step@1:wait")
    barrier.reached()
    assert process.poll() is None
    barrier.open()
    assert process.wait(30) == 0
