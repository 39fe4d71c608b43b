"""The whole of Trainyard, started by the command a stranger types."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from jobs.home import Home
from jobs.stack import remains
from jobs.stack.running import Running
from tests.dashboard.serving import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 120.0


class Trainyard:
    """`./trainyard up` on a home of its own, and the other commands on the same home."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "var")
        self.port = free_port()
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
        return {**kept, "TRAINYARD_HOME": str(self.home.root), "OMP_NUM_THREADS": "1"}

    def up(self) -> None:
        """Starts everything; returns when the line with the address is printed."""
        process = subprocess.Popen(
            [ROOT / "trainyard", "up", "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment,
            start_new_session=True,
        )
        self._process = process
        lines: Queue[str] = Queue()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                lines.put(line)

        self._reader = threading.Thread(target=read)
        self._reader.start()
        said: list[str] = []
        try:
            while "token=" not in (said or [""])[-1]:
                said.append(lines.get(timeout=SECONDS))
        except Empty:
            raise AssertionError(f"no address within {SECONDS:.0f} s: {''.join(said)}") from None
        self.url = next(word for word in said[-1].split() if word.startswith("http"))

    def say(self, *words: str) -> str:
        """What another command prints; it must succeed."""
        done = subprocess.run(
            [ROOT / "trainyard", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ctrl_c(self) -> int:
        """As a terminal sends it; waits for the end. The exit status."""
        assert self._process is not None
        assert self._process.stdout is not None
        assert self._reader is not None
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        self._process.stdout.close()
        return status

    def left(self) -> list[int]:
        """Processes that carry this stack's mark."""
        running = Running.read(self.home)
        return [process.pid for process in remains.find(running.mark)] if running else []

    def end(self) -> None:
        """Ends what still runs."""
        if self._process is not None and self._process.poll() is None:
            self.ctrl_c()
        running = Running.read(self.home)
        if running is not None:
            remains.end(running.mark, 0.0)


@pytest.fixture
def trainyard(tmp_path: Path) -> Iterator[Trainyard]:
    """A Trainyard that is not started yet."""
    yard = Trainyard(tmp_path)
    yield yard
    yard.end()
