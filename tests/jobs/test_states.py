"""The status in SQL is the status of `jobs/status.py`, for every combination of facts."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from jobs.data_sets import DataSets
from jobs.history import History
from jobs.history.schema import ATTEMPTS, RUNS
from jobs.history.states import status, with_last
from jobs.status import Facts, judge
from tests.jobs.test_status import TABLE


@pytest.fixture
def history(sets: DataSets) -> History:
    """With either database."""
    return sets.history


def test_sql_says_what_the_function_says(history: History) -> None:
    with history.writing() as connection:
        for number, (facts, _) in enumerate(TABLE):
            run = {"id": f"{number:026}", "name": "x", "config": "{}", "created": 0.0}
            connection.execute(
                insert(RUNS).values(
                    **run, desired=facts.desired, source=facts.source, retried=facts.retried
                )
            )
            rows = [_attempt(run["id"], each, facts) for each in range(1, facts.attempt + 1)]
            if rows:
                connection.execute(insert(ATTEMPTS), rows)
    with history.reading() as connection:
        query = select(RUNS.c.id, status()).select_from(with_last())
        said = {row[0]: row[1] for row in connection.execute(query)}
    assert said == {f"{n:026}": judge(facts).status for n, (facts, _) in enumerate(TABLE)}


def _attempt(run_id: object, attempt: int, facts: Facts) -> dict[str, object]:
    """The newest has the facts; those before it crashed."""
    newest = attempt == facts.attempt
    return {
        "run": run_id,
        "attempt": attempt,
        "started": 1.0 if facts.started and newest else None,
        "ended": 2.0 if facts.ended or not newest else None,
        "held": facts.held if newest else "",
        "reason": (facts.reason or None) if newest else "crashed",
    }
