"""The command line as a person at a terminal uses it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from jobs.home import Home


def on_a_terminal(words: list[str], place: Home, answer: str) -> tuple[str, int]:
    """What a terminal shows of the command when `answer` is typed, and its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.cli", *words],
        env={**os.environ, "TRAINYARD_HOME": str(place.root)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    screen, asked = b"", False
    while True:
        try:
            screen += os.read(ours, 65_536)
        except OSError:
            # Linux says so when the last one who has the terminal is gone.
            break
        if b"[y/N]" in screen and not asked:
            os.write(ours, f"{answer}\n".encode())
            asked = True
    os.close(ours)
    return screen.decode(), process.wait(30)
