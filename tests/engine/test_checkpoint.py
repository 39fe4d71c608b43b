"""Checkpoints under kill -9 at every place, cut files, flipped bits, full disks, stale attempts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.saving.checkpoint import CheckpointError, Checkpoints
from engine.saving.fence import Fenced
from tests.engine.places import PLACES
from tests.engine.small import PROJECT
from tests.engine.write_checkpoints import content, facts, folder_with, newest


def write(folder: Path, first: int, last: int, fault: str = "") -> tuple[int, list[int], str]:
    """Writes checkpoints in another process; exit code, the steps it said are on disk, errors."""
    script = [sys.executable, "-m", "tests.engine.write_checkpoints"]
    done = subprocess.run(
        [*script, str(folder), str(first), str(last)],
        env={**os.environ, "TRAINYARD_FAULT": fault},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [int(line) for line in done.stdout.split()], done.stderr


def test_the_places_were_found() -> None:
    assert len(PLACES) >= 7


@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("place", PLACES)
def test_killed_at_any_place_nothing_good_is_lost(place: str, hit: int, tmp_path: Path) -> None:
    code, told, _ = write(tmp_path, 1, 4, f"{place}@{hit}:kill9")
    assert code == -9
    found = newest(tmp_path)
    assert found in (len(told), len(told) + 1)  # whole just before the kill, or not at all
    code, _, complaint = write(tmp_path, found + 1, 5)
    assert code == 0, complaint
    assert newest(tmp_path) == 5
    assert not list(tmp_path.glob(".new-*"))


@pytest.mark.parametrize("place", PLACES[: PLACES.index("checkpoint.after_rename")])
def test_a_full_disk_leaves_the_one_before_and_a_sentence(place: str, tmp_path: Path) -> None:
    folder_with(tmp_path, 1)
    code, told, complaint = write(tmp_path, 2, 2, f"{place}@1:enospc")
    assert (code, told) == (1, [])
    assert re.search(r"DiskFull: the disk is full: the checkpoint needs [1-9][\d.]* kB", complaint)
    assert "the checkpoint before it is intact" in complaint
    assert newest(tmp_path) == 1
    assert not list(tmp_path.glob(".new-*"))


def test_a_really_full_disk(tmp_path: Path) -> None:
    """A tmpfs of 64 KiB in a mount namespace of its own, where the machine lets us have one."""
    script = (
        "import os, sys; from pathlib import Path; from engine.saving.checkpoint import *;"
        "from tests.engine.write_checkpoints import content, facts, folder_with, newest;"
        "c = Checkpoints(Path(sys.argv[1]), 1); c.open(); c.save(content(1), facts(1));"
        "big = {'model.safetensors': os.urandom(200_000)}\n"
        "try: c.save(big, facts(2))\n"
        "except CheckpointError as error: print(error)\n"
        "print(c.newest()[0].name)"
    )
    mounted = f'mount -t tmpfs -o size=64k none {tmp_path} && exec "$@"'
    words = [
        "unshare",
        "-m",
        "sh",
        "-c",
        mounted,
        "sh",
        sys.executable,
        "-c",
        script,
        str(tmp_path),
    ]
    if shutil.which("unshare") is None:
        pytest.skip("this machine has no unshare")
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    if "permitted" in done.stderr or "denied" in done.stderr:
        pytest.skip(f"this machine lets nobody mount: {done.stderr.strip()}")
    assert done.stdout.splitlines()[-1] == "step-1-a1", done.stderr
    assert "the disk is full: the checkpoint needs 0.2 MB" in done.stdout


def test_two_good_ones_are_kept_and_damaged_ones_do_not_count(tmp_path: Path) -> None:
    checkpoints = folder_with(tmp_path, 1, 2, 3)
    assert sorted(p.name for p in tmp_path.glob("step-*")) == ["step-2-a1", "step-3-a1"]
    (tmp_path / "step-3-a1" / "state.json").write_bytes(b"{}")
    checkpoints.save(content(4), facts(4))
    assert sorted(p.name for p in tmp_path.glob("step-*")) == [
        "step-2-a1",
        "step-3-a1",
        "step-4-a1",
    ]


def test_a_damaged_one_at_the_same_step_makes_room(tmp_path: Path) -> None:
    checkpoints = folder_with(tmp_path, 1, 2)
    (tmp_path / "step-2-a1" / "state.json").write_bytes(b"{}")
    checkpoints.save(content(2), facts(2))
    assert newest(tmp_path) == 2
    assert len(list(tmp_path.glob("damaged-*"))) == 1
    checkpoints.save(content(2), facts(2))
    assert newest(tmp_path) == 2


def test_killed_while_a_damaged_one_makes_room(tmp_path: Path) -> None:
    folder_with(tmp_path, 1, 2)
    (tmp_path / "step-2-a1" / "state.json").write_bytes(b"{}")
    assert write(tmp_path, 2, 2, "checkpoint.after_making_room@1:kill9")[0] == -9
    assert newest(tmp_path) == 1


def test_a_stale_attempt_is_fenced_and_publishes_nothing(tmp_path: Path) -> None:
    old = folder_with(tmp_path, 1)
    new = Checkpoints(tmp_path, 2)
    new.open()
    with pytest.raises(Fenced, match="attempt 1 of this run was replaced by attempt 2"):
        old.save(content(5), facts(5))
    assert newest(tmp_path) == 1
    new.save(content(3), facts(3, attempt=2))
    with pytest.raises(Fenced):
        old.open()
    assert sorted(p.name for p in tmp_path.glob("step-*")) == ["step-1-a1", "step-3-a2"]


def test_the_fence_holds_when_its_file_is_lost_or_damaged(tmp_path: Path) -> None:
    folder_with(tmp_path, 1)
    new = Checkpoints(tmp_path, 7)
    new.open()
    new.save(content(2), facts(2, attempt=7))
    for damage in (b"", b"\xff\xff", b"many"):
        (tmp_path / "attempt").write_bytes(damage)
        with pytest.raises(Fenced):
            Checkpoints(tmp_path, 6).open()
    (tmp_path / "attempt").unlink()
    with pytest.raises(Fenced):
        Checkpoints(tmp_path, 6).open()


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match=r"could not be written to .* check that the folder"):
        Checkpoints(tmp_path / "file" / "checkpoints", 1).open()
