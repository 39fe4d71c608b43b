"""Scripts of people, run as they run theirs, and a recorder that listens to them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.home import Home
from jobs.recorder import Recorder
from jobs.run import Run
from jobs.services import runs
from jobs.wire.endpoint import Endpoint
from jobs.yard import Yard
from tests.jobs.commands import ROOT
from tests.jobs.launched import until


def listening(yard: Yard) -> Recorder:
    """One that rounds when told, and finds a silent script lost at once."""
    return Recorder(yard.redis, yard.history, yard.home, young_seconds=0.0, quiet_seconds=0.0)


@contextmanager
def script(
    home: Home, folder: Path, text: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A file `mine.py`, run as people run theirs. It is killed at the end if it goes on."""
    file = folder / "mine.py"
    file.write_text("import sys, time\nimport trainyard\n" + textwrap.dedent(text))
    variables = {**os.environ, "TRAINYARD_HOME": str(home.root), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(file)],
        env={**variables, **environment},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def ended(home: Home, folder: Path, text: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a script that ends by itself."""
    with script(home, folder, text, **environment) as process:
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def recorded(yard: Yard, recorder: Recorder, check: Callable[[Run], Any]) -> Run:
    """The only run, once `check` is true of it."""

    def looked() -> Run | None:
        recorder.round()
        found = runs.list(yard)
        return found[0] if found and check(found[0]) else None

    return until(looked, "such a run")


def line(process: subprocess.Popen[str]) -> str:
    """The next line it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def address(home: Home) -> str:
    """Of the server of a home, as another machine has it in REDIS_URL."""
    found = Endpoint.read(home)
    assert found is not None
    return f"redis://:{found.password}@127.0.0.1:{found.port}/0"
