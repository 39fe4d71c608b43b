"""The command line as one process from its start; the other tests fork one that has imported it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jobs.home import Home
from jobs.yard import Yard
from tests.jobs.commands import ROOT, trainyard
from tests.jobs.speaker import save


@pytest.mark.parametrize(("words", "status"), [(["runs"], 0), (["show", "nothing"], 2)])
def test_the_module_says_what_its_forks_say(
    home: Home, yard: Yard, words: list[str], status: int
) -> None:
    run_id = save(yard)
    real = python("-m", "jobs.cli", *words, home=home)
    fork = trainyard(*words, home=home)
    assert (fork.returncode, fork.stdout, fork.stderr) == (
        real.returncode,
        real.stdout,
        real.stderr,
    )
    assert real.returncode == status
    assert (run_id in real.stdout) == (status == 0)


def test_the_command_line_never_loads_torch(home: Home) -> None:
    code = (
        "import sys, jobs.cli, jobs.cli.__main__, jobs.recorder; jobs.cli.build();"
        "from engine.settings.command import override; from engine.settings.check import problems;"
        "sys.exit('torch' in sys.modules)"
    )
    assert python("-c", code, home=home).returncode == 0


def python(*words: str, home: Home) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    environment = {**os.environ, "TRAINYARD_HOME": str(home.root)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
