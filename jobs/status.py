"""The status of a run: one pure function of what was recorded. Nothing else decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

# fmt: off
Status = Literal[
    "queued", "starting", "running", "held", "resuming", "pausing", "paused", "stopping",
    "finished", "failed", "stopped",
]
# fmt: on
ENDED: frozenset[Status] = frozenset({"finished", "failed", "stopped"})
FINAL = frozenset({"completed", "early-stopped", "failed", "stopped"})
"""reasons after which no attempt follows, unless a person asks for one"""

COMPLETED = frozenset({"completed", "early-stopped"})


@dataclass(frozen=True)
class Facts:
    """What the history knows of a run and its newest attempt (0: there was none yet)."""

    desired: str
    """`running`, `paused` or `stopped`"""
    attempt: int = 0
    started: bool = False
    """the attempt has said so: training, not only starting"""
    ended: bool = False
    reason: str = ""
    """of the end: a reason of `Finished`, `crashed` or `lost`"""
    cause: str = ""
    """a sentence about the end"""
    held: str = ""
    """what holds the attempt up, in a sentence; empty while it goes on"""
    step: int = 0
    source: str = "trainyard"
    """`script` for a person's own script: nobody but that person begins it again"""
    retried: int = 0
    """the ends of attempts up to this one count no more: somebody asked for another one"""

    @classmethod
    def of(cls, run: Mapping[Any, Any], last: Mapping[Any, Any] | None) -> Facts:
        """From a row of a run and of its newest attempt, named as the columns are."""
        known = cls(run["desired"], step=run["step"], source=run["source"])
        if last is None:
            return known
        return replace(
            known,
            attempt=last["attempt"],
            started=last["started"] is not None,
            ended=last["ended"] is not None,
            reason=last["reason"] or "",
            cause=last["cause"],
            held=last["held"],
            retried=run["retried"],
        )

    @property
    def ours(self) -> bool:
        """Whether workers train it."""
        return self.source != "script"


@dataclass(frozen=True)
class Verdict:
    """The status and, where there is something to say, one sentence about it."""

    status: Status
    cause: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self.status in ENDED


def judge(facts: Facts) -> Verdict:
    """The status that follows from `facts`."""
    if facts.attempt == 0:
        return _waiting(facts)
    if not facts.ended:
        return _under_way(facts)
    if facts.retried >= facts.attempt:
        return _tried_again(facts)
    if facts.reason in COMPLETED:
        return Verdict("finished", facts.cause)
    if facts.reason == "failed":
        return Verdict("failed", facts.cause or "The run failed and left no reason.")
    if facts.reason == "stopped":
        return Verdict("stopped", facts.cause or f"Stopped at step {facts.step:,}.")
    if not facts.ours:
        return Verdict("failed", facts.cause or "The script ended without a word.")
    return _paused(facts) if facts.reason == "paused" else _broken_off(facts)


def _waiting(facts: Facts) -> Verdict:
    if not facts.ours:
        return Verdict("starting", "The script has begun.")
    if facts.desired == "stopped":
        return Verdict("stopped", "Stopped before it began.")
    if facts.desired == "paused":
        return Verdict("paused", "Paused before it began; it keeps its place in the queue.")
    return Verdict("queued", "Waits for a worker.")


def _under_way(facts: Facts) -> Verdict:
    if facts.desired == "stopped" and not facts.ours:
        return Verdict("stopping", "The script was asked to stop; it ends when it looks.")
    if facts.desired == "stopped":
        return Verdict("stopping", "Stops after the current step and saves a checkpoint.")
    if facts.desired == "paused":
        return Verdict("pausing", "Saves a checkpoint after the current step, frees the device.")
    if facts.held:
        return Verdict("held", facts.held)
    if facts.started:
        return Verdict("running")
    if facts.attempt > 1:
        return Verdict("resuming", f"Attempt {facts.attempt} starts from the last checkpoint.")
    return Verdict("starting", "A worker has taken the run.")


def _tried_again(facts: Facts) -> Verdict:
    """Somebody asked for another attempt after the run was over."""
    if facts.desired == "stopped":
        return Verdict("stopped", "Stopped before it was tried again.")
    if facts.desired == "paused":
        return Verdict("paused", "Paused before it was tried again; it keeps its place.")
    return Verdict("queued", "Is tried again: goes on from its last checkpoint, if it has one.")


def _paused(facts: Facts) -> Verdict:
    where = f"at step {facts.step:,}"
    if facts.desired == "stopped":
        return Verdict("stopped", f"Stopped while it was paused {where}.")
    if facts.desired == "paused":
        return Verdict("paused", f"Paused {where}; it keeps its place in the queue.")
    return Verdict("queued", f"Waits for a worker, to go on after step {facts.step:,}.")


def _broken_off(facts: Facts) -> Verdict:
    what = (facts.cause or "The attempt was interrupted").rstrip(".") + "."
    if facts.desired == "stopped":
        return Verdict("stopped", f"{what} It was not resumed because a stop was asked for.")
    if facts.desired == "paused":
        return Verdict("paused", f"{what} It is paused, so it goes on only when it is resumed.")
    return Verdict("resuming", f"{what} Attempt {facts.attempt + 1} follows.")
