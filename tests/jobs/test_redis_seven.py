"""The same promises on Debian's Redis 7.0, the oldest server that is supported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = ("server", "lease", "claims", "control", "machines", "recorder", "requeue")
WATCH_THE_CLOCK = ("telemetry", "worker")
FOLDER = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", [FILES, pytest.param(WATCH_THE_CLOCK, marks=pytest.mark.alone)])
def test_everything_that_speaks_to_redis_passes_on_seven(names: tuple[str, ...]) -> None:
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("redis-server is missing: apt-get install redis-server")
        pytest.skip("redis-server is not installed")
    files = [str(FOLDER / f"test_{name}.py") for name in names]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-k", "not postgres", "-p", "no:cacheprovider", *files],
        cwd=FOLDER.parents[1],
        env={**os.environ, "TRAINYARD_REDIS_SERVER": program},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
