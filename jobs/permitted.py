"""What may be asked of a run in which state: one pure function, a table in its tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from jobs.status import Status

Op = Literal["stop", "pause", "resume", "checkpoint", "retry"]
WISHES: dict[str, str] = {
    "stop": "stopped",
    "pause": "paused",
    "resume": "running",
    "retry": "running",
}
"""what each makes of `desired`; a checkpoint changes nothing of that"""


def is_op(text: str) -> TypeGuard[Op]:
    """Whether that is a command."""
    return text in get_args(Op)


_UNDER_WAY = frozenset({"starting", "running", "held", "resuming"})
_ALREADY: dict[Op, frozenset[str]] = {
    "stop": frozenset({"stopping", "stopped"}),
    "pause": frozenset({"pausing", "paused"}),
    "resume": frozenset({"queued", *_UNDER_WAY}),
    # Both save one on their way.
    "checkpoint": frozenset({"pausing", "stopping"}),
    "retry": frozenset({"queued", *_UNDER_WAY}),
}
_POSSIBLE: dict[Op, frozenset[str]] = {
    "stop": frozenset({"queued", "pausing", "paused", *_UNDER_WAY}),
    "pause": frozenset({"queued", *_UNDER_WAY}),
    "resume": frozenset({"pausing", "paused"}),
    "checkpoint": _UNDER_WAY,
    "retry": frozenset({"failed", "stopped"}),
}


@dataclass(frozen=True)
class Permission:
    """Whether a command does something, is done already, or why it cannot be."""

    state: Literal["do", "already", "refused"]
    why: str = ""
    """why it is refused: follows the run's name, without a full stop"""


def permit(status: Status, op: Op, *, ours: bool = True) -> Permission:
    """What becomes of a command. `ours`: whether a worker trains it, not a person's own script."""
    if not ours and op != "stop":
        return Permission("refused", "is a script of your own, which only hears a stop")
    if status in _POSSIBLE[op]:
        return Permission("do")
    if status in _ALREADY[op]:
        return Permission("already")
    return Permission("refused", _why(status, op))


def _why(status: Status, op: Op) -> str:
    if status == "finished" and op == "retry":
        return "has finished; launch it again with changes instead"
    if status in ("failed", "stopped") and op == "resume":
        return f"has ended already ({status}); `./trainyard retry` goes on from its last checkpoint"
    if status in ("finished", "failed", "stopped"):
        return f"has ended already ({status}); there is nothing to {_VERBS[op]}"
    if op == "retry" and status in ("paused", "pausing"):
        return f"is {status}; `./trainyard resume` lets it go on"
    if op == "checkpoint":
        return f"is {status}: it does not train now, so there is nothing to save"
    return f"is {status}; wait until it has stopped, then `./trainyard retry` it"


_VERBS: dict[Op, str] = {
    "stop": "stop",
    "pause": "pause",
    "resume": "resume",
    "checkpoint": "save",
    "retry": "try again",
}
