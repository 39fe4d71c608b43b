"""Decides which runs need a job, a word about a lost worker or an end.

Pure: facts in, action out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jobs.history.attempts import Attempt
from jobs.status import Facts, judge

CRASHES = 5
"""so many attempts in a row that died without getting further end the run as failed"""

YOUNG_SECONDS = 30.0
"""after a restart of Redis every lease looks old for a while"""

QUIET_SECONDS = 3.0
"""a trainer that lives says something every second, also when its worker hangs"""

Action = Literal["nothing", "enqueue", "lost", "give-up"]


@dataclass(frozen=True)
class Situation:
    """One run that is not over, as history and Redis see it together."""

    facts: Facts
    crashes: int = 0
    """attempts at the end that died without getting further"""
    claim_attempt: int = 0
    """newest attempt that Redis knows of"""
    leased: bool = False
    """a worker holds the run: its lease has not run out"""
    queued: bool = False
    """its job waits, or was taken so recently that the worker may not have claimed it yet"""
    drained: bool = True
    """the recorder has stored everything on the run's stream"""
    quiet: bool = True
    """the run has said nothing for a while"""
    server_seconds: float = 1e9
    """how long the Redis server has been up"""
    young_seconds: float = YOUNG_SECONDS
    """a server up for less proves nothing about a lease"""


def decide(now: Situation) -> Action:
    """What the recorder must do about the run."""
    verdict = judge(now.facts)
    if verdict.ended or verdict.status == "paused" or now.leased or not now.drained:
        return "nothing"
    young = now.server_seconds < now.young_seconds
    if now.facts.attempt and not now.facts.ended:
        # Nobody holds the lease of an attempt that never said goodbye: its machine is gone.
        return "nothing" if young or not now.quiet else "lost"
    if not now.facts.ours:
        return "nothing"
    if now.crashes >= CRASHES:
        return "give-up"
    if now.queued or (young and now.claim_attempt > now.facts.attempt):
        return "nothing"
    return "enqueue"


def crashes(attempts: Sequence[Attempt], retried: int = 0) -> int:
    """How many attempts died since one last got further than all before it.

    Those up to `retried` are forgiven: somebody asked for another one.
    """
    count, step, resumed = 0, 0, 0
    for each in attempts:
        if each.attempt <= retried:
            continue
        if each.last_step > step or each.resume_step > resumed:
            count = 0
        step, resumed = max(step, each.last_step), max(resumed, each.resume_step)
        count += each.reason in ("crashed", "lost")
    return count


def surrender(attempts: Sequence[Attempt], retried: int = 0) -> str:
    """The sentence about a run that crashes again and again."""
    step = max((each.last_step for each in attempts), default=0)
    where = f"past step {step:,}" if step else "to its first step"
    last = attempts[-1].cause if attempts else ""
    times = crashes(attempts, retried)
    return f"Crashed {times} times without getting {where}. Last time: {last}".strip()
