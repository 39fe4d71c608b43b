"""`python -m jobs.data_sets.forking`: forks attendants that have their imports done.

A look at a small file takes a tenth of a second, what it imports a second or two. Standard input is
a socket: each message brings the two ends of pipes that become the standard input and output of a
new attendant, and is answered with its pid. The end of the socket is the end of this process; the
attendants end by themselves, when nobody reads them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).parents[2]
_ASKED = b"attendant"
_IMPORTED = (
    "engine.data.own.facts",
    "engine.data.tables.read",
    "engine.data.tables.profile",
    "jobs.data_sets.attendant",
    "jobs.data_sets.preview",
    "jobs.data_sets.thumbnails",
)


def main() -> int:
    """Forks until nobody can ask any more."""
    for name in _IMPORTED:
        import_module(name)
    # Nobody waits for the attendants: the kernel may forget them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as asking:
        while True:
            message, ends, _, _ = socket.recv_fds(asking, len(_ASKED), 2)
            if not message:
                return 0
            pid = os.fork()
            if pid == 0:
                asking.close()
                _attend(*ends)
            for end in ends:
                os.close(end)
            asking.sendall(f"{pid}\n".encode())


def _attend(reading: int, writing: int) -> None:
    """In the fork: an attendant like one that was started by itself. Never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end, standard in ((reading, 0), (writing, 1)):
            os.dup2(end, standard)
            os.close(end)
        sys.stdin, sys.stdout = os.fdopen(0, "r"), os.fdopen(1, "w")
        from jobs.data_sets import attendant

        code = attendant.main()
    finally:
        # Without what the parent would do at its own end.
        os._exit(code)


class Attendant:
    """The other end of one: its pid, what is written to it and read of it."""

    def __init__(self, pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout

    def kill(self) -> None:
        """Ends it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Forking:
    """Asks the process that forks, which is started when it is first needed. Not for threads."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def warm_up(self) -> None:
        """Starts the imports now, so that whoever asks need not wait for them."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            ours, theirs = socket.socketpair()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jobs.data_sets.forking"], stdin=theirs.fileno(), cwd=_ROOT
            )
            theirs.close()
            self._socket = ours

    def attendant(self) -> Attendant:
        """A new one. Raises OSError when it cannot be had."""
        try:
            return self._asked()
        except (BrokenPipeError, ConnectionResetError, EOFError):
            self.close()
            return self._asked()

    def _asked(self) -> Attendant:
        self.warm_up()
        assert self._socket is not None
        reading, stdin = os.pipe()
        stdout, writing = os.pipe()
        try:
            socket.send_fds(self._socket, [_ASKED], [reading, writing])
            with self._socket.makefile("r") as answers:
                said = answers.readline()
            if not said:
                raise EOFError("the process that forks has ended")
        except (OSError, EOFError):
            os.close(stdin)
            os.close(stdout)
            raise
        finally:
            os.close(reading)
            os.close(writing)
        return Attendant(int(said), os.fdopen(stdin, "w"), os.fdopen(stdout, "r"))

    def close(self) -> None:
        """Ends the process that forks."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


if __name__ == "__main__":
    sys.exit(main())
