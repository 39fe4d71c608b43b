"""Ends attempts on behalf of workers that went silent, and takes it back when they speak again.

Only in the history: a word on the stream would take the number of the next event of a trainer that
was cut off but alive, and that event, up to 64 steps, would be missing for good.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from jobs.events import Ended
from jobs.history import notices
from jobs.history.attempts import Attempt
from jobs.history.schema import ATTEMPTS, RECORDS
from jobs.recording.notices import lost


def declare(connection: Connection, last: Attempt, event: Ended) -> bool:
    """Ends an attempt as `lost`; False when more of it was stored since it was looked at."""
    here = (ATTEMPTS.c.run == last.run) & (ATTEMPTS.c.attempt == last.attempt)
    unchanged = (ATTEMPTS.c.last_seq == last.last_seq) & ATTEMPTS.c.ended.is_(None)
    changes = {"ended": event.time, "reason": "lost", "cause": event.cause}
    if connection.execute(update(ATTEMPTS).where(here, unchanged).values(changes)).rowcount != 1:
        return False
    record = {
        "run": last.run,
        "attempt": last.attempt,
        "seq": last.last_seq + 1,
        "kind": event.kind,
        "step": event.step,
        "time": event.time,
        "body": json.dumps(event.model_dump(mode="json")),
    }
    connection.execute(insert(RECORDS).values(record))
    notices.add(connection, lost(last, event))
    return True


def withdraw(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """The attempt speaks again: it is not lost, and what was said for it makes room."""
    said = (RECORDS.c.attempt == row["attempt"]) & (RECORDS.c.seq > row["last_seq"])
    connection.execute(delete(RECORDS).where(RECORDS.c.run == row["run"], said))
    open_again = {"ended": None, "reason": None, "cause": ""}
    here = (ATTEMPTS.c.run == row["run"]) & (ATTEMPTS.c.attempt == row["attempt"])
    connection.execute(update(ATTEMPTS).where(here).values(open_again))
    return {**row, **open_again}


def overtake(connection: Connection, run_id: str, attempt: int, now: float) -> None:
    """Ends the attempts before `attempt` that never came to say how they ended."""
    earlier = (ATTEMPTS.c.attempt < attempt) & ATTEMPTS.c.ended.is_(None)
    cause = f"Attempt {attempt} took over."
    connection.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.run == run_id, earlier)
        .values(ended=now, reason="lost", cause=cause)
    )
