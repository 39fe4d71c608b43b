"""Checkpoints that were cut, changed or lost a file: never loaded, always named."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

from engine.saving.manifest import Damaged, read_verified
from engine.train import train
from tests.engine.small import small
from tests.engine.write_checkpoints import folder_with, newest


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


FLIPS = 10_000


def test_no_flipped_bit_is_ever_loaded(tmp_path: Path) -> None:
    """10,000 single bits of a real checkpoint, spread evenly over each of its files."""
    list(train(small(), tmp_path))
    folder = max((tmp_path / "checkpoints").glob("step-*"), key=lambda path: path.stat().st_mtime)
    whole, _ = read_verified(folder)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    files = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    flips = 0
    for path, content in files.items():
        # The manifest is small, and everything hangs on it: all of its bits, up to a third.
        share = FLIPS // len(files)
        edges = [len(content) * 8 * part // share for part in range(share + 1)]
        for first, after in pairwise(edges):
            if first == after:
                continue
            bit = chance.randrange(first, after)
            with path.open("r+b") as file:
                file.seek(bit // 8)
                file.write(bytes([content[bit // 8] ^ 1 << bit % 8]))
                file.flush()
                assert not is_good(folder), f"seed {seed}: bit {bit} of {path.name} was loaded"
                file.seek(bit // 8)
                file.write(content[bit // 8 : bit // 8 + 1])
            flips += 1
    assert flips >= FLIPS * 0.9
    assert read_verified(folder)[0] == whole


def test_a_damaged_one_is_named_and_passed_over(tmp_path: Path) -> None:
    checkpoints = folder_with(tmp_path, 11, 12)
    (tmp_path / "step-12-a1" / "state.json").write_bytes(b"{}")
    loaded, damaged = checkpoints.newest()
    assert loaded is not None
    assert loaded.name == "step-11-a1"
    assert damaged == [
        "the checkpoint at step 12 (step-12-a1) is damaged: state.json is not what was written"
    ]
