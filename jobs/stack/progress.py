"""Runs one command with its output in a file, and says on the terminal how far it is."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TERMINAL_SECONDS = 0.25
PIPE_SECONDS = 5.0
"""how often a line is written where no one can overwrite it (a log of CI)"""


class Progress:
    """One stage of an installation. `run` may be called once."""

    def __init__(self, stage: str, log: Path, environment: Path) -> None:
        self.stage = stage
        self.log = log
        self._environment = environment
        self._unpacked_before = self._count_packages()
        self._start = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def run(self, command: Sequence[str], cwd: Path | None = None) -> int:
        """Runs the command and returns its exit status; Ctrl-C ends the command first."""
        self._say("")
        with self.log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=cwd)
            try:
                while (status := self._wait(process)) is None:
                    self._say(last_step(self.log.read_text(errors="replace"), self._unpacked()))
            except KeyboardInterrupt:
                process.wait(10)  # the terminal's Ctrl-C reached it too
                raise
        self._end(status)
        return status

    def _unpacked(self) -> int:
        """How many packages came into the environment since the start."""
        return self._count_packages() - self._unpacked_before

    def _count_packages(self) -> int:
        return len(list(self._environment.glob("lib/python*/site-packages/*.dist-info")))

    def _wait(self, process: subprocess.Popen[bytes]) -> int | None:
        try:
            return process.wait(TERMINAL_SECONDS if self._on_terminal else PIPE_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def _say(self, step: str) -> None:
        seconds = time.monotonic() - self._start
        text = f"trainyard: {self.stage}" + (f": {step}" if step else "") + f" ({seconds:.0f} s)"
        sys.stderr.write(f"\r\x1b[K{text[:110]}" if self._on_terminal else f"{text}\n")
        sys.stderr.flush()

    def _end(self, status: int) -> None:
        if self._on_terminal:
            sys.stderr.write("\r\x1b[K")
        seconds = time.monotonic() - self._start
        outcome = "done" if status == 0 else "failed"
        sys.stderr.write(f"trainyard: {self.stage}: {outcome} after {seconds:.0f} s\n")
        sys.stderr.flush()


def last_step(output: str, unpacked: int) -> str:
    """What pip does now: the package it collects or downloads, or how many it has unpacked."""
    for line in reversed(output.splitlines()):
        if line.startswith("Installing collected packages:"):
            return f"package {unpacked} of {line.count(',') + 1}"
        if match := re.match(r"\s*(Collecting|Downloading|Building) (\S+)", line):
            verb, thing = match.groups()
            return f"{verb.lower()} {thing.rsplit('/', 1)[-1].split(';')[0]}"
    return ""
