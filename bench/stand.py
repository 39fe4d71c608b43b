"""What benchmarks stand on: a home of their own with a real stream server, and processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.home import Home
from jobs.wire.connect import await_server

ROOT = Path(__file__).parents[1]


@contextmanager
def stand() -> Iterator[Home]:
    """An empty home with a server; data sets that were parsed before need not be parsed again."""
    folder = Path(tempfile.mkdtemp(prefix="trainyard-bench-"))
    cache = Home.from_environment().cache
    os.environ["TRAINYARD_HOME"] = str(folder)
    os.environ.pop("REDIS_URL", None)
    if cache.is_dir():
        shutil.copytree(cache, folder / "cache")
    try:
        home = Home.from_environment().create()
        with process("jobs.server"):
            await_server(home)
            yield home
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def process(module: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module`, ended at the end of the block."""
    log = (Path(os.environ["TRAINYARD_HOME"]) / f"{module}.log").open("wb")
    started = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=log,
        stderr=log,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        log.close()
