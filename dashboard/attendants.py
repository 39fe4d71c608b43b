"""Long looks at data, each in a process of its own (`jobs/data_sets/attendant.py`).

A page asks again and again how far one is. Only a few run at once; one that nobody asks about for
a while is ended, and what it had not kept goes with it.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from jobs.data_sets.attendant import Order
from jobs.data_sets.forking import Attendant, Forking

MOST = 8
"""looks at once; each may take half a gigabyte"""

FORGOTTEN_SECONDS = 1800
"""without a question: the person has gone"""

_CRASHED = (
    "Reading the file ended in the middle, perhaps for want of memory. Try it again; if it stays "
    "so, divide the file."
)


@dataclass
class Look:
    """How far one look is. What it has found is there when it comes."""

    process: Attendant
    progress: float = 0.0
    read: dict[str, Any] | None = None
    profile: dict[str, Any] | None = None
    fetched: str = ""
    """id of the upload"""
    refused: str = ""
    not_kept: str = ""
    kept: str = ""
    """id of the data set"""
    asked: float = field(default_factory=time.monotonic)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.follow, name="attendant", daemon=True)

    @property
    def over(self) -> bool:
        """Whether nothing more comes by itself."""
        return bool(self.read or self.profile or self.fetched or self.refused)

    def wait(self, seconds: float) -> bool:
        """Whether it is over, at the latest after so many seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: self.over, seconds)

    def keep(self, name: str, seconds: float = 30.0) -> str:
        """Makes what was read a data set of that name; its id, or empty: see `not_kept`."""
        with self.changed:
            self.not_kept = ""
            try:
                self.process.stdin.write(json.dumps({"keep": name}) + "\n")
                self.process.stdin.flush()
            except (OSError, ValueError):  # the latter: its pipes are closed
                self.not_kept = _CRASHED
            self.changed.wait_for(lambda: self.kept or self.not_kept, seconds)
            return self.kept

    def end(self) -> None:
        """Ends it; what is not kept is gone."""
        if self.read and not self.kept:
            # It waits for a name: without anybody to give one it tidies up and ends.
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        else:
            self.process.kill()

    def follow(self) -> None:
        """Takes in its lines until it ends. Runs in a thread."""
        for line in self.process.stdout:
            with self.changed:
                for name, content in json.loads(line).items():
                    setattr(self, name, content)
                self.changed.notify_all()
        self._close_pipes()
        with self.changed:
            if not self.over:
                self.refused = _CRASHED
            elif self.read and not self.kept:
                self.not_kept = self.not_kept or _CRASHED
            self.changed.notify_all()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


class Attendants:
    """The looks of one web process, by what they look at."""

    def __init__(self) -> None:
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._lock = threading.Lock()
        self._forking = Forking()

    def warm_up(self) -> None:
        """Somebody is about to bring a file."""
        with self._lock:
            self._forking.warm_up()

    def look(self, order: Order) -> Look:
        """The look with this order: started now, or under way since it was asked for first."""
        key = order.model_dump_json()
        with self._lock:
            known = self._looks.get(key)
            if known is None or _CRASHED in (known.refused, known.not_kept):
                self._forget()
                known = self._looks[key] = self._started(key)
            self._looks.move_to_end(key)
            known.asked = time.monotonic()
            return known

    def end(self, order: Order) -> None:
        """Stops looking, e.g. because other choices were made."""
        with self._lock:
            look = self._looks.pop(order.model_dump_json(), None)
        if look is not None:
            look.end()

    def close(self) -> None:
        """Ends all."""
        with self._lock:
            looks = list(self._looks.values())
            self._looks.clear()
            self._forking.close()
        for look in looks:
            look.end()
            look.thread.join(5)

    def _forget(self) -> None:
        now = time.monotonic()
        for key, look in list(self._looks.items()):
            if len(self._looks) >= MOST or now - look.asked > FORGOTTEN_SECONDS:
                look.end()
                del self._looks[key]

    def _started(self, order: str) -> Look:
        process = self._forking.attendant()
        process.stdin.write(order + "\n")
        process.stdin.flush()
        look = Look(process)
        look.thread.start()
        return look
