"""A stack of small real processes, started by the same code as `./trainyard up`."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from jobs.home import Home
from jobs.stack import remains
from jobs.stack.running import Running

PROJECT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 60.0

STEADY = """
import os, signal, sys, threading
role, notes = sys.argv[1], os.environ["NOTES"]
stopping = threading.Event()
def note(word):
    with open(notes, "a") as file:
        file.write(f"{word} {role} {os.getpid()}\\n")
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
note("began")
stopping.wait()
note("ended")
"""

STUBBORN = STEADY.replace("stopping.set()", "note('refused')")

LEAVES_ONE_BEHIND = STEADY.replace(
    'note("began")\n',
    """
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    role = "orphan"
    note("began")
    while True:
        signal.pause()
note("began")
""",
)

CRASHING = """
import os, sys
with open(os.environ["NOTES"], "a") as file:
    file.write(f"began {sys.argv[1]} {os.getpid()}\\n")
sys.exit("the disk is on fire")
"""

PAGE = """
import http.server, os
http.server.HTTPServer(
    ("127.0.0.1", int(os.environ["TRAINYARD_PORT"])), http.server.SimpleHTTPRequestHandler
).serve_forever()
"""

DRIVER = """
import sys
from pathlib import Path
from jobs.stack.up import Options, up
sys.exit(up(Options(port=0, verbose="--verbose" in sys.argv), Path(sys.argv[1])))
"""


class Up:
    """A running `up` and what it said, line by line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.home = Home(folder / "home")
        self.notes = folder / "notes"
        self.notes.touch()
        environment = {
            **{key: text for key, text in os.environ.items() if key != "REDIS_URL"},
            "TRAINYARD_HOME": str(self.home.root),
            "PYTHONPATH": str(PROJECT),
            "NOTES": str(self.notes),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(folder / "Procfile"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def hear(self, text: str) -> str:
        """The next line with `text` in it; fails with all that was said when none comes."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            assert line is not None, f"ended without saying {text!r}: {''.join(self.said)}"
            self.said.append(line)
            if text in line:
                return line

    def noted(self, word: str, role: str) -> list[int]:
        """The processes of `role` that noted the word, in order."""
        lines = [line.split() for line in self.notes.read_text().splitlines()]
        return [int(pid) for noted, of, pid in lines if (noted, of) == (word, role)]

    def wait_noted(self, word: str, role: str, times: int = 1) -> list[int]:
        """Waits until so many processes of `role` noted the word."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        moment = threading.Event()
        while len(found := self.noted(word, role)) < times:
            assert time.monotonic() < deadline, f"{word} {role}: {self.notes.read_text()}"
            moment.wait(0.02)
        return found

    def signal(self, number: signal.Signals) -> None:
        """What a terminal or an init system would send to the supervisor."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit status, with everything it said collected."""
        status = self.process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        while (line := self._lines.get_nowait()) is not None:
            self.said.append(line)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def everyone(self) -> list[int]:
        """Every process that ever noted its beginning."""
        lines = [line.split() for line in self.notes.read_text().splitlines()]
        return [int(pid) for word, _, pid in lines if word == "began"]

    def left(self) -> list[int]:
        """Those of them that live, and whoever else carries the stack's mark."""
        running = Running.read(self.home)
        marked = [process.pid for process in remains.find(running.mark)] if running else []
        return marked + [pid for pid in self.everyone() if alive(pid)]


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def start_up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """`start_up(worker=STUBBORN)`: a stack with scripts of one's choice; ended by force at last."""
    started: list[Up] = []

    def start(*arguments: str, worker: str = STEADY, recorder: str = STEADY) -> Up:
        scripts = {"worker": worker, "recorder": recorder, "page": PAGE}
        for name, text in scripts.items():
            (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / "Procfile").write_text(
            "redis: python -m jobs.server\n"
            "recorder: python recorder.py recorder\n"
            "dashboard: python page.py\n"
            "worker: python worker.py worker\n"
        )
        started.append(Up(tmp_path, *arguments))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.process.kill()
            up.wait()
        if (running := Running.read(up.home)) is not None:
            remains.end(running.mark, 0.0)
