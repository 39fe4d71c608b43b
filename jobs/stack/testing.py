"""`./trainyard test`: ruff, mypy and pytest, each announced, timed and counted."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Section:
    """One command of the test run."""

    title: str
    command: tuple[str, ...]


def sections(pytest_arguments: Sequence[str], *, fast: bool) -> tuple[Section, ...]:
    """What is run. With arguments for pytest, pytest alone: someone looks at one thing."""
    python = (sys.executable, "-m")
    chosen = ("-m", "not slow") if fast else ()
    pytest = Section("pytest", (*python, "pytest", *chosen, *pytest_arguments))
    if pytest_arguments:
        return (pytest,)
    return (
        Section("ruff check", (*python, "ruff", "check", ".")),
        Section("ruff format", (*python, "ruff", "format", "--check", ".")),
        Section("mypy", (*python, "mypy")),
        pytest,
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
