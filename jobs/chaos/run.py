"""One storm from the first process to the table."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from jobs.chaos.lanes import STEPS, Lanes
from jobs.chaos.plan import plan
from jobs.chaos.stand import stand
from jobs.chaos.storm import Interrupted, Storm, Stuck
from jobs.chaos.table import Report
from jobs.chaos.verdict import judge_all
from jobs.home import Home

TELL_SECONDS = 10.0
"""how often a line is written where none can be overwritten"""


@dataclass(frozen=True)
class Options:
    """What the command line chose."""

    kills: int
    seed: int
    workers: int
    steps: int = STEPS
    keep: bool = False
    """leave the folder of the stand"""


def storm(options: Options) -> Report | None:
    """Starts a stand, kills as planned, compares; None when it was broken off.

    The stand's folder stays where something went wrong, and stderr says where.
    """
    home = Home(Path(tempfile.mkdtemp(prefix="trainyard-chaos-")))
    tell = Teller()
    tell(f"seed {options.seed}: {options.kills} kills; a Trainyard starts in {home.root}")
    report = None
    try:
        report = _storm(home, options, tell)
    except Stuck as reason:
        tell.over(str(reason))
    except Interrupted:
        tell.over("Broken off.")
    if report is not None and report.good and not options.keep:
        shutil.rmtree(home.root, ignore_errors=True)
    else:
        tell.over(f"What it left: {home.root} (logs in {home.logs})")
    return report


def _storm(home: Home, options: Options, tell: Teller) -> Report:
    with stand(home, options.workers) as place:
        lanes = Lanes(place.yard, options.workers, options.steps)
        weather = Storm(place, lanes, tell)
        tell("trains undisturbed")
        undisturbed = weather.undisturbed()
        began = time.monotonic()
        weather.kill(plan(options.kills, options.seed))
        tell("all kills done; waits for the last runs")
        weather.finish()
        seconds = time.monotonic() - began
        verdicts = judge_all(place.yard, lanes.launched, undisturbed)
    tell.over("")
    return Report(options.seed, options.workers, seconds, weather.felt, verdicts)


class Teller:
    """How far it is, on stderr: one line that changes, or on a pipe one now and then."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told = -TELL_SECONDS
        self._changes = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Says it, unless something was said a moment ago."""
        line = f"chaos: {text} ({time.monotonic() - self._began:.0f} s)"
        if self._changes:
            sys.stderr.write(f"\r\x1b[K{line[:110]}")
        elif time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def over(self, text: str) -> None:
        """A last word, on a line of its own."""
        begin = "\r\x1b[K" if self._changes else ""
        sys.stderr.write(f"{begin}chaos: {text}\n" if text else begin)
        sys.stderr.flush()
