"""What a worker starts beside itself: forkserver, sampler of the machine, at times a sender."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.machine.threads import WAIT_BRIEFLY
from jobs.home import Home
from jobs.lock import Lock
from jobs.store.address import address
from jobs.store.unsent import left

LEFT_SECONDS = 5.0

LONGEST_SOCKET_PATH = 100
"""bytes; the kernel takes 108 on Linux and 104 on macOS"""


class ForkserverChild:
    """Keeps one forkserver running behind a socket that the worker itself listens on.

    So a request waits, and is not refused, while torch is imported or a dead one is replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # It gets its name when it listens: until then it looks like the socket of a dead worker.
        draft = path.with_suffix(".new")
        before = os.umask(0o177)
        try:
            self._listener.bind(str(draft))
        finally:
            os.umask(before)
        self._listener.listen(8)
        draft.rename(path)
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Starts it unless it runs. Only from the main thread: it dies with its creator."""
        if self._process is not None and self._process.poll() is None:
            return
        descriptor = self._listener.fileno()
        command = ["-m", "jobs.working.forkserver", "--parent", str(os.getpid())]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--listener", str(descriptor)],
            pass_fds=[descriptor],
            env={**WAIT_BRIEFLY, **os.environ},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )

    def end(self) -> None:
        """Ends it and takes the socket away."""
        self._listener.close()
        self.path.unlink(missing_ok=True)
        _end(self._process)


class SamplerChild:
    """Keeps the machine's sampler running if no other worker of this home does."""

    def __init__(self, home: Home) -> None:
        self._lock = Lock(home.root / "sampler.lock")
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Starts it if the lock is ours, or has become free, and it does not run."""
        if not self._lock.take() or (self._process is not None and self._process.poll() is None):
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs.sampling.sampler", "--parent", str(os.getpid())],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )

    def end(self) -> None:
        """Ends it; another worker takes over."""
        _end(self._process)
        self._lock.release()


class SenderChild:
    """Keeps what copies to the store running while runs of this home have left something behind.

    One of all workers of the home does, as with the sampler.
    """

    def __init__(self, home: Home) -> None:
        self._home, self._wanted = home, address() is not None
        self._lock = Lock(home.root / "sender.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._since: float | None = None

    def keep_running(self) -> None:
        """Starts it where something was left behind some seconds ago: a run that goes on here
        within that time sees to it itself.
        """
        if not (self._wanted and left(self._home)):
            self._since = None
            return
        now = time.monotonic()
        self._since = self._since or now
        runs = self._process is not None and self._process.poll() is None
        if runs or now - self._since < LEFT_SECONDS or not self._lock.take():
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs.store.sending", "--parent", str(os.getpid())],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        self._since = None

    def end(self) -> None:
        """Ends it; another worker, or the next one, goes on."""
        _end(self._process)
        self._lock.release()


def socket_path(home: Home, name: str) -> Path:
    """Where a worker's forkserver listens: in the home unless its path is too long for a socket."""
    path = home.root / f"{name}.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="trainyard-")) / "forkserver.sock"


def remove_stale_sockets(home: Home) -> None:
    """Removes the sockets of workers that were killed: nobody listens on them."""
    for path in home.root.glob("*.sock"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.terminate()
        process.wait()
