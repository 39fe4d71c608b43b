"""`./trainyard test`: all sections, or pytest alone when someone looks at one thing."""

from __future__ import annotations

import sys

import pytest

from jobs.stack import testing
from jobs.stack.testing import Section


def test_without_arguments_everything_runs_and_pytest_last() -> None:
    chosen = testing.sections([], fast=False)
    titles = ["ruff check", "ruff format", "mypy", "pytest, engine", "pytest, services", "pytest"]
    assert [section.title for section in chosen] == titles
    engine, together, alone = (section.command for section in chosen[-3:])
    assert engine[1:3] == together[1:3] == alone[1:3] == ("-m", "pytest")
    assert engine[-1] == "tests/engine"
    assert together[-1] == alone[-1] == "--ignore=tests/engine"


@pytest.mark.parametrize(("fast", "also"), [(False, ""), (True, " and not slow")])
def test_every_test_is_in_one_section(fast: bool, also: str) -> None:
    engine, together, alone = (s.command for s in testing.sections([], fast=fast)[-3:])
    assert ("not slow" in engine) == fast
    assert together[3:5] == ("-m", f"not alone{also}")
    assert alone[3:5] == ("-m", f"alone{also}")


def test_arguments_go_to_pytest_which_then_runs_alone() -> None:
    (pytest_alone,) = testing.sections(["-k", "procfile"], fast=True)
    assert pytest_alone.command[2:] == ("pytest", "-m", "not slow", "-k", "procfile")


def test_a_failure_is_kept_and_the_rest_still_runs(capfd: pytest.CaptureFixture[str]) -> None:
    failing = Section("first", (sys.executable, "-c", "raise SystemExit(3)"))
    passing = Section("second", (sys.executable, "-c", "print('ran')"))
    assert testing.run([failing, passing]) == 3
    said = capfd.readouterr().out
    assert "FAILED (exit status 3)" in said
    assert "ran\n" in said
