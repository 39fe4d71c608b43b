"""`./trainyard test`: ruff, mypy and pytest, each announced, timed and counted."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENGINE = "tests/engine"
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile")
"""one process a core; the tests of a file stay together, for they share what they trained"""


@dataclass(frozen=True)
class Section:
    """One command of the test run."""

    title: str
    command: tuple[str, ...]


def sections(pytest_arguments: Sequence[str], *, fast: bool) -> tuple[Section, ...]:
    """What is run. With arguments for pytest, pytest alone: someone looks at one thing."""
    python = (sys.executable, "-m")
    chosen = ("-m", "not slow") if fast else ()
    if pytest_arguments:
        return (Section("pytest", (*python, "pytest", *chosen, *pytest_arguments)),)
    return (
        Section("ruff check", (*python, "ruff", "check", ".")),
        Section("ruff format", (*python, "ruff", "format", "--check", ".")),
        Section("mypy", (*python, "mypy")),
        # Trainings need cores and nothing else; the others start servers and watch the clock.
        Section("pytest, engine", (*python, "pytest", *chosen, *SIDE_BY_SIDE, ENGINE)),
        Section("pytest", (*python, "pytest", *chosen, f"--ignore={ENGINE}")),
    )


def run(chosen: Sequence[Section]) -> int:
    """Runs all of them, also after a failure. The exit status of the first that failed, or 0.

    pytest comes last, so that its own summary ends the output; the others are summed up before.
    """
    first_failure = 0
    for section in chosen:
        sys.stdout.write(f"==> {section.title}\n")
        sys.stdout.flush()
        began = time.monotonic()
        status = subprocess.run(section.command, cwd=PROJECT, check=False).returncode
        outcome = "ok" if status == 0 else f"FAILED (exit status {status})"
        if section.title != "pytest":
            sys.stdout.write(f"    {outcome}, {time.monotonic() - began:.1f} s\n")
        first_failure = first_failure or status
    return first_failure
