"""`./trainyard test`: ruff, mypy and pytest, each announced, timed and counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENGINE = "tests/engine"
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
"""one process a core; the tests of a file stay together, for they share what they started"""

SLOWEST = ("--durations=20", "--durations-min=8")
"""what to look at when the whole takes too long"""


@dataclass(frozen=True)
class Section:
    """One command of the test run."""

    title: str
    command: tuple[str, ...]


def sections(pytest_arguments: Sequence[str], *, fast: bool) -> tuple[Section, ...]:
    """What is run. With arguments for pytest, pytest alone: someone looks at one thing."""
    python = (sys.executable, "-m")
    pytest = (*python, "pytest")
    quick = ("-m", "not slow") if fast else ()
    if pytest_arguments:
        return (Section("pytest", (*pytest, *quick, *pytest_arguments)),)
    slow, others = " and not slow" if fast else "", f"--ignore={ENGINE}"
    together, alone = ("-m", f"not alone{slow}"), ("-m", f"alone{slow}")
    return (
        Section("ruff check", (*python, "ruff", "check", ".")),
        Section("ruff format", (*python, "ruff", "format", "--check", ".")),
        Section("mypy", (*python, "mypy")),
        Section("pytest, engine", (*pytest, *quick, *SLOWEST, *SIDE_BY_SIDE, ENGINE)),
        # Not with the engine's: trainings take all cores, and these start servers and browsers.
        Section("pytest, services", (*pytest, *together, *SLOWEST, *SIDE_BY_SIDE, others)),
        Section("pytest", (*pytest, *alone, *SLOWEST, others)),
    )


def run(chosen: Sequence[Section]) -> int:
    """Runs all of them, also after a failure. The exit status of the first that failed, or 0.

    pytest comes last, so that its own summary ends the output; the others are summed up before.
    """
    # Hundreds of processes are started. Where keeping byte code is switched off, as in many images
    # of containers, each of them would compile our sources again: 0.3 s of processor time.
    environment = {k: text for k, text in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    first_failure = 0
    for section in chosen:
        sys.stdout.write(f"==> {section.title}\n")
        sys.stdout.flush()
        began = time.monotonic()
        done = subprocess.run(section.command, cwd=PROJECT, env=environment, check=False)
        status = done.returncode
        outcome = "ok" if status == 0 else f"FAILED (exit status {status})"
        if section.title != "pytest":
            sys.stdout.write(f"    {outcome}, {time.monotonic() - began:.1f} s\n")
        first_failure = first_failure or status
    return first_failure
