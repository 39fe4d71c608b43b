"""`./trainyard doctor`: looks at everything a run needs and says what to do where it is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jobs.home import Home
from jobs.stack import devices
from jobs.stack.checks import machine, software, state
from jobs.stack.checks.check import Check

PROJECT = Path(__file__).resolve().parents[2]
STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def examine(home: Home) -> Iterator[Check]:
    """Every check, one after the other; each answers within seconds."""
    yield software.python()
    yield software.packages(PROJECT / "requirements.txt")
    yield software.data_packages(PROJECT / "requirements-data.txt", Path(sys.prefix))
    yield software.torch(devices.visible(devices.gpu_count()))
    yield software.own_models()
    yield software.redis_server()
    yield machine.gpus()
    yield machine.memory()
    yield machine.disk(home)
    yield machine.port(home)
    yield state.redis_reachable(home)
    yield state.database(home)
    yield state.store(home)
    yield state.permissions(home)


def as_table(checks: Sequence[Check]) -> Table:
    """One row a check, with the remedy under what was found."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("check", "", "found"):
        table.add_column(title, overflow="fold")
    for check in checks:
        found = check.found + (f"\n→ {check.remedy}" if check.remedy else "")
        style = STYLES[check.verdict]
        table.add_row(check.name, f"[{style}]{check.verdict}[/]", escape(found))
    return table


def show(checks: Sequence[Check], *, as_json: bool) -> None:
    """Writes the checks to standard output."""
    if as_json:
        text = json.dumps([asdict(check) for check in checks], indent=2)
        Console(soft_wrap=True, highlight=False, markup=False).print(text)
    else:
        Console(highlight=False).print(as_table(checks))


def status(checks: Sequence[Check]) -> int:
    """The command's exit status: 1 when a check failed."""
    return int(any(check.verdict == "fail" for check in checks))
