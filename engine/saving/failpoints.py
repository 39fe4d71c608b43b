"""Places where a test can break the program: `TRAINYARD_FAULT="checkpoint.after_rename@2:kill9"`.

`@2` means at the second visit of that place, `@2+` at that and every later one; several faults are
separated by commas; `armed` means: what the file `armed` of the folder says at each visit.
Visits are counted in this process, or, where `TRAINYARD_FAULT_FOLDER` names a
folder, over all processes that share it: then a killed process that starts again is not killed
again. Without the variable a place costs one look-up.

| action | what happens |
|---|---|
| `kill9` | the process ends at once |
| `raise` | `Fault` |
| `enospc`, `eio` | `OSError`, as of a full or broken disk |
| `oom` | `MemoryError` |
| `wait` | tells the pipe `<place>.reached` in the folder, then waits for the pipe `<place>.go` |

All places are listed in `jobs/places.py`; those of the engine in `engine/saving/places.py`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

VARIABLE = "TRAINYARD_FAULT"
FOLDER = "TRAINYARD_FAULT_FOLDER"
ARMED = "armed"

_KEY = os.fsencode(VARIABLE)
_ENVIRONMENT: dict[bytes, bytes] = getattr(os.environ, "_data")  # noqa: B009
"""what `os.environ` itself looks into, after it has encoded the name: that takes ten times as long,
and a training step visits two places"""


class Fault(Exception):
    """Raised on purpose, by the action `raise`; never outside tests."""


def failpoint(name: str) -> None:
    """Acts when `TRAINYARD_FAULT` names this place and this is the visit it asks for."""
    if _KEY not in _ENVIRONMENT:
        return
    wanted = os.environ.get(VARIABLE)
    if wanted:
        folder = os.environ.get(FOLDER, "")
        if wanted == ARMED:
            wanted = (Path(folder) / ARMED).read_text()
        if wanted:
            _visitor(wanted, folder)(name)


def forget() -> None:
    """Counts the visits in this process anew."""
    _visitor.cache_clear()


@dataclass(frozen=True)
class Armed:
    """One fault: what happens at which visit of a place."""

    place: str
    visit: int
    onward: bool
    """also at every later visit"""
    action: str

    @classmethod
    def read(cls, text: str) -> Armed:
        """From `place@2:action`. Raises ValueError."""
        place, _, rest = text.strip().partition("@")
        number, _, action = rest.partition(":")
        if not number.removesuffix("+").isdecimal() or action not in ACTIONS:
            raise ValueError(
                f"{VARIABLE} has {text.strip()!r}; write e.g. checkpoint.after_rename@2:kill9 "
                f"with one of {', '.join(ACTIONS)}"
            )
        return cls(place, int(number.removesuffix("+")), number.endswith("+"), action)

    def is_due(self, visit: int) -> bool:
        """Whether it happens now."""
        return visit == self.visit or (self.onward and visit > self.visit)


@cache
def _visitor(wanted: str, folder: str) -> Callable[[str], None]:
    """Counts the visits of the armed places and acts at those asked for."""
    faults = [Armed.read(text) for text in wanted.split(",")]
    counts = {fault.place: count(1) for fault in faults}

    def visit(name: str) -> None:
        if name not in counts:
            return
        number = _count_together(Path(folder), name) if folder else next(counts[name])
        for fault in faults:
            if fault.place == name and fault.is_due(number):
                ACTIONS[fault.action](name)

    return visit


def _count_together(folder: Path, name: str) -> int:
    """This visit's number among those of all processes: the size of a file, a byte each."""
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, b".")
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def _kill(_name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(name: str) -> None:
    raise Fault(name)


def _refuse(number: int) -> Callable[[str], None]:
    def act(name: str) -> None:
        raise OSError(number, os.strerror(number), name)

    return act


def _run_out(name: str) -> None:
    raise MemoryError(name)


def _wait(name: str) -> None:
    folder = Path(os.environ[FOLDER])
    # Each `open` of a pipe returns when the other end is opened: that is the meeting.
    (folder / f"{name}.reached").open("wb").close()
    (folder / f"{name}.go").open("rb").close()


ACTIONS: dict[str, Callable[[str], None]] = {
    "kill9": _kill,
    "raise": _raise,
    "enospc": _refuse(errno.ENOSPC),
    "eio": _refuse(errno.EIO),
    "oom": _run_out,
    "wait": _wait,
}
