"""Places where a test can break the program: `TRAINYARD_FAULT="checkpoint.after_rename@2:kill9"`.

Action `kill9` ends the process at once, `raise` raises `Fault`, `enospc` acts like a full disk;
`@2` means at the second visit of that place. Without the variable a place costs one look-up.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from functools import cache
from itertools import count

VARIABLE = "TRAINYARD_FAULT"


class Fault(Exception):
    """Raised on purpose, by the action `raise`; never outside tests."""


def failpoint(name: str) -> None:
    """Acts when `TRAINYARD_FAULT` names this place and this is the visit it asks for."""
    wanted = os.environ.get(VARIABLE)
    if wanted:
        _armed(wanted)(name)


@cache
def _armed(wanted: str) -> Callable[[str], None]:
    """The visitor of one fault; it counts the visits of its place in this process."""
    place, _, rest = wanted.partition("@")
    number, _, action = rest.partition(":")
    visits = count(1)

    def visit(name: str) -> None:
        if name == place and next(visits) == int(number):
            _act(action, name)

    return visit


def _act(action: str, name: str) -> None:
    if action == "kill9":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    elif action == "raise":
        raise Fault(name)
    else:
        raise ValueError(f"{VARIABLE} has no action {action!r}; use kill9, raise or enospc")
