"""Who answers for a trainer: the horse at the other end of its pipe."""

from __future__ import annotations

import os
import signal
import threading
import time

from jobs.working.processes import on_signals

ORPHAN_SECONDS = 5.0
"""how long an attempt may take to save after its owner died: less than what is left of its lease"""


class Owner:
    """The horse at the other end of a pipe: it may ask to shut down, and its death is heard."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self.shutdown_asked = threading.Event()
        self.gone = threading.Event()
        """it has died, or lost the run to somebody else"""
        on_signals(self.shutdown_asked.set, signal.SIGTERM)
        threading.Thread(target=self._listen, name="owner", daemon=True).start()

    def _listen(self) -> None:
        while os.read(self._pipe, 1024):
            self.shutdown_asked.set()
        self.gone.set()
        self.shutdown_asked.set()
        time.sleep(ORPHAN_SECONDS)
        os._exit(1)
