"""How the command line writes times, durations and numbers, and where it prints."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from engine.metrics.spread import plus_minus
from jobs.export.summary import finite
from jobs.run import Run

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def clock(seconds: float | None) -> str:
    """A moment in the reader's zone: `2026-03-01 14:05:09`; `-` for none."""
    if seconds is None:
        return "-"
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float | None) -> str:
    """`8.2 s`, `3 min 05 s`, `2 h 07 min`, `4 d 03 h`; `-` for none."""
    if seconds is None:
        return "-"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min {int(seconds % MINUTE):02d} s"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h {int(seconds % HOUR // MINUTE):02d} min"
    return f"{int(seconds // DAY)} d {int(seconds % DAY // HOUR):02d} h"


def size(number_of_bytes: float) -> str:
    """`512 B`, `1.2 MB`: powers of 1000."""
    value, units = float(number_of_bytes), ["B", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.0f} B" if units[0] == "B" else f"{value:.1f} {units[0]}"


def number(value: float) -> str:
    """Four significant digits."""
    return f"{value:.4g}"


def progress(run: Run) -> str:
    """`step/total`, as far as known."""
    if run.total_steps is None:
        return "-"
    return f"{run.step:,}/{run.total_steps:,}"


def place(run: Run) -> str:
    """`epoch 3 of 15`, of folds `fold 2 of 5, epoch 3 of 15`."""
    epoch = f"epoch {run.epoch} of {run.epochs or '-'}"
    return f"fold {run.fold} of {run.folds}, {epoch}" if run.folds else epoch


def best(run: Run) -> str:
    """Name and value of what counts most; of folds the mean of their tests with its deviation."""
    if run.result is None:
        return "-"
    name, value, deviation = run.result
    return f"{name.rpartition('/')[2]} {plus_minus(value, deviation)}"


def tested(run: Run) -> str:
    """What the test measured; of folds `accuracy 0.978 ± 0.006`: mean and sample deviation."""
    found = [
        f"{name} {plus_minus(value, run.deviations.get(name))}" for name, value in run.test.items()
    ]
    return ", ".join(found) or "-"


def printable(text: str) -> str:
    """Text of a person or a log without the characters that steer a terminal."""
    return "".join(each if each.isprintable() or each == "\t" else "�" for each in text)


def console() -> Console:
    """Standard output; a pipe gets wide lines without colour."""
    wide = None if sys.stdout.isatty() else 200
    return Console(highlight=False, markup=False, width=wide)


def write(line: str) -> None:
    """One line of text on standard output."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_json(value: Any) -> None:
    """One line of JSON on standard output. NaN and infinity, which JSON lacks, become null."""
    write(json.dumps(finite(value), allow_nan=False))


def note(line: str) -> None:
    """One line for the person, not for the pipe."""
    sys.stderr.write(f"trainyard: {line}\n")
    sys.stderr.flush()
