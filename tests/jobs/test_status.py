"""The status follows from the facts: every combination has its row."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.status import ENDED, FINAL, Facts, Status, judge

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"

TABLE: list[tuple[Facts, Status]] = [
    (Facts(RUNNING), "queued"),
    (Facts(STOPPED), "stopped"),
    (Facts(PAUSED), "paused"),
    (Facts(RUNNING, 1), "starting"),
    (Facts(RUNNING, 1, started=True), "running"),
    (Facts(RUNNING, 2), "resuming"),
    (Facts(RUNNING, 2, started=True), "running"),
    (Facts(STOPPED, 1), "stopping"),
    (Facts(STOPPED, 1, started=True), "stopping"),
    (Facts(STOPPED, 2), "stopping"),
    (Facts(STOPPED, 2, started=True), "stopping"),
    (Facts(PAUSED, 1), "pausing"),
    (Facts(PAUSED, 1, started=True), "pausing"),
    (Facts(PAUSED, 2, started=True), "pausing"),
    # A full disk, or a store that is away: it goes on by itself, so a stop and a pause say more.
    (Facts(RUNNING, 1, started=True, held="The disk is full."), "held"),
    (Facts(RUNNING, 2, held="It waits for the store."), "held"),
    (Facts(STOPPED, 1, started=True, held="The disk is full."), "stopping"),
    (Facts(PAUSED, 1, started=True, held="The disk is full."), "pausing"),
    (Facts(RUNNING, 1, True, True, "failed", "Because.", held="The disk is full."), "failed"),
    # Somebody asked for another attempt, which has begun: what was asked before counts no more.
    (Facts(RUNNING, 2, started=True, retried=1), "running"),
    (Facts(RUNNING, 2, started=True, ended=True, reason="failed", retried=1), "failed"),
]
ENDS: dict[str, tuple[Status, Status, Status]] = {
    # reason: status when it should run, when it should be paused, when it should be stopped
    "completed": ("finished", "finished", "finished"),
    "early-stopped": ("finished", "finished", "finished"),
    "failed": ("failed", "failed", "failed"),
    "stopped": ("stopped", "stopped", "stopped"),
    "paused": ("queued", "paused", "stopped"),
    "interrupted": ("resuming", "paused", "stopped"),
    "crashed": ("resuming", "paused", "stopped"),
    "lost": ("resuming", "paused", "stopped"),
}
AGAIN: dict[str, Status] = {RUNNING: "queued", PAUSED: "paused", STOPPED: "stopped"}
for reason, attempt, started in product(ENDS, (1, 2), (False, True)):
    for desired, status in zip((RUNNING, PAUSED, STOPPED), ENDS[reason], strict=True):
        TABLE.append((Facts(desired, attempt, started, True, reason, "Because."), status))
        again = Facts(desired, attempt, started, True, reason, "Because.", retried=attempt)
        TABLE.append((again, AGAIN[desired]))

        never_alone = ("interrupted", "crashed", "lost", "paused")
        mine = "failed" if reason in never_alone else status
        own = Facts(desired, attempt, started, True, reason, "Because.", source="script")
        TABLE.append((own, mine))
for desired in (RUNNING, STOPPED):
    TABLE.append((Facts(desired, source="script"), "starting"))
    under_way: Status = "running" if desired == RUNNING else "stopping"
    TABLE.append((Facts(desired, 1, started=True, source="script"), under_way))


@pytest.mark.parametrize(("facts", "status"), TABLE)
def test_every_combination(facts: Facts, status: Status) -> None:
    assert judge(facts).status == status


def test_the_table_names_every_status() -> None:
    assert {status for _, status in TABLE} == set(get_args(Status))


def test_a_bad_end_always_says_why() -> None:
    for facts, status in TABLE:
        if status in ("failed", "held", "resuming", "stopped"):
            assert judge(facts).cause


def test_the_next_attempt_is_announced() -> None:
    verdict = judge(Facts(RUNNING, 1, True, True, "crashed", "Killed by signal 9."))
    assert verdict.cause == "Killed by signal 9. Attempt 2 follows."


@settings(deadline=None)
@given(
    st.builds(
        Facts,
        desired=st.sampled_from([RUNNING, PAUSED, STOPPED]),
        attempt=st.integers(0, 50),
        started=st.booleans(),
        ended=st.booleans(),
        reason=st.sampled_from(list(ENDS)),
        cause=st.text(max_size=20),
        step=st.integers(0, 10**6),
    )
)
def test_a_final_reason_ends_a_run_and_an_open_attempt_never_does(facts: Facts) -> None:
    over = judge(facts).status in ENDED
    if facts.attempt and facts.ended and facts.reason in FINAL:
        assert over
    elif facts.attempt and not facts.ended:
        assert not over
    elif facts.desired == STOPPED:
        assert over
    else:
        assert not over
