"""Checkpoints that were cut, changed or lost a file: never loaded, always named."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.saving.manifest import Damaged, read_verified
from tests.engine.write_checkpoints import content, folder_with, newest


def is_good(folder: Path) -> bool:
    """Whether this checkpoint would be loaded."""
    try:
        read_verified(folder)
    except Damaged:
        return False
    return True


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    folder_with(tmp_path, 1, 2)
    for file in sorted((tmp_path / "step-2-a1").iterdir()):
        whole = file.read_bytes()
        for length in [*range(0, len(whole), 97), len(whole) - 1]:
            file.write_bytes(whole[:length])
            assert newest(tmp_path) == 1, f"{file.name} cut to {length} bytes was loaded"
        file.write_bytes(whole + b" ")
        assert newest(tmp_path) == 1, f"{file.name} with a byte more was loaded"
        file.unlink()
        assert newest(tmp_path) == 1, f"without {file.name} it was loaded"
        file.write_bytes(whole)
    assert newest(tmp_path) == 2


@pytest.mark.slow
def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """All bits of the manifest, 1,000 random ones of the other files."""
    folder_with(tmp_path, 1)
    folder = tmp_path / "step-1-a1"
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    places = [
        ("manifest.json", bit) for bit in range(8 * len((folder / "manifest.json").read_bytes()))
    ]
    for name in content(1):
        size = 8 * (folder / name).stat().st_size
        places += [(name, chance.randrange(size)) for _ in range(500)]
    for name, bit in places:
        whole = (folder / name).read_bytes()
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (folder / name).write_bytes(flipped)
        assert not is_good(folder), f"seed {seed}: bit {bit} of {name} was flipped and loaded"
        (folder / name).write_bytes(whole)
    assert is_good(folder)


def test_a_damaged_one_is_named_and_passed_over(tmp_path: Path) -> None:
    checkpoints = folder_with(tmp_path, 11, 12)
    (tmp_path / "step-12-a1" / "state.json").write_bytes(b"{}")
    loaded, damaged = checkpoints.newest()
    assert loaded is not None
    assert loaded.name == "step-11-a1"
    assert damaged == [
        "the checkpoint at step 12 (step-12-a1) is damaged: state.json is not what was written"
    ]
