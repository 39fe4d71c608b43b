"""A rank that the forkserver forks. A fresh interpreter loads torch for seconds. No torch here."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jobs.working.forkserver import Request, ask


class Forked:
    """A rank's process: a fork with a pipe that it ends with, and one for what it says.

    It writes to the descriptor `output`, and holds `locks` of devices. Raises OSError, and
    ValueError when the forkserver dies over it.
    """

    where = lost = ""

    def __init__(self, request: Request, output: int, locks: Sequence[int]) -> None:
        theirs, self._leader = os.pipe()
        words, said = os.pipe()
        try:
            given = [output, theirs, said, *locks]
            self._server = ask(Path(request.forkserver), request, given)
        except OSError:
            os.close(self._leader)
            os.close(words)
            raise
        finally:
            os.close(theirs)
            os.close(said)
        self._words = os.fdopen(words)
        self._news = self._server.makefile()
        self.pid = self._hear("pid") or 0
        self._code: int | None = None
        self._once = threading.Lock()

    def line(self) -> str:
        """The next line of what it says."""
        return self._words.readline()

    def rest(self) -> str:
        """What it says until its end."""
        return self._words.read()

    def wait(self) -> int:
        """Its exit code; that of a kill where the forkserver died and so cannot tell it."""
        with self._once:
            if self._code is None:
                status = self._hear("status")
                self._code = (
                    -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
                )
            return self._code

    def kill(self) -> None:
        """kill -9."""
        if self.pid and self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Lets go of it: it ends, if it has not."""
        os.close(self._leader)
        for file in (self._words, self._news, self._server):
            file.close()

    def _hear(self, what: str) -> int | None:
        """A number that the forkserver tells; None when it is gone."""
        line = self._news.readline()
        return int(json.loads(line)[what]) if line else None
