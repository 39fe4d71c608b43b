"""`./trainyard chaos` as a person calls it: 100 kills at every change."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 100
SECONDS = 1_500


def chaos(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "jobs.cli", "chaos", *words],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(SECONDS)
def test_nothing_is_lost_under_a_hundred_kills() -> None:
    seed = random.randrange(10**6)
    done = chaos("--kills", str(KILLS), "--seed", str(seed))
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}\n{done.stderr[-3_000:]}"
    words = done.stdout.splitlines()[-1]
    assert re.search(r" 0 lost, 0 doubled, 0 with another value", words), words
    assert words.startswith(f"{KILLS} kills, "), words
    rows = dict(re.findall(r"^\| (\w+)[^|]* \| (\d+) \|", done.stdout, re.MULTILINE))
    assert rows == {"trainer": "65", "worker": "12", "recorder": "10", "valkey": "8"} | {
        "dashboard": "5"
    }


def test_numbers_out_of_bounds_are_refused() -> None:
    done = chaos("--kills", "0")
    assert done.returncode == 2
    assert "--kills" in done.stderr
