"""Which events of a run are told to people. What comes again after a resume is the same notice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine.events import Alert, Finished
from jobs.events import Ended, Record
from jobs.history.attempts import Attempt
from jobs.history.notices import Notice, add

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.recording.store import Heard

LAST_WORDS = frozenset({"completed", "early-stopped", "failed", "stopped"})
"""reasons of `Finished` that are told; an interrupted run goes on"""


def keep(connection: Connection, run_id: str, heard: Sequence[Heard]) -> list[Heard]:
    """Stores the notices among the events; the events without alerts that are known already."""
    new = []
    for each in heard:
        notice = notice_of(run_id, each.attempt, each.event)
        is_known = notice is not None and not add(connection, notice)
        if not (is_known and isinstance(each.event, Alert)):
            new.append(each)
    return new


def notice_of(run_id: str, attempt: int, event: Record) -> Notice | None:
    """What is to be told of an event; None for most."""
    if isinstance(event, Alert):
        text = f"{event.code} {event.step} {event.message}"
        return Notice(
            run=run_id,
            key=f"alert {hashlib.sha256(text.encode()).hexdigest()[:32]}",
            event="alert",
            level=event.level,
            code=event.code,
            step=event.step,
            time=event.time,
            message=event.message,
        )
    if isinstance(event, Finished) and event.reason in LAST_WORDS:
        failed = event.reason == "failed"
        return Notice(
            run=run_id,
            key="end",
            event="failed" if failed else "stopped" if event.reason == "stopped" else "finished",
            level="error" if failed else "info",
            step=event.step,
            time=event.time,
            message=event.message,
        )
    if isinstance(event, Ended):
        known = event.exit_code is not None or event.signal is not None
        return broken_off(run_id, attempt, event, "crashed" if known else "lost")
    return None


def lost(last: Attempt, event: Ended) -> Notice:
    """The worker of an attempt went silent."""
    return broken_off(last.run, last.attempt, event, "lost")


def broken_off(run_id: str, attempt: int, event: Ended, what: str) -> Notice:
    """An attempt ended without a last word; another one follows."""
    return Notice(
        run=run_id,
        key=f"ended {attempt}",
        event="lost" if what == "lost" else "crashed",
        level="warning",
        step=event.step,
        time=event.time,
        message=event.cause,
    )
