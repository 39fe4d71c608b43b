"""Claims: one holder, growing attempts, nothing forgotten for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from jobs.home import Home
from jobs.wire import keys
from jobs.working.lease import Held, Holder, Lease, claim

RUN = "01RUN"
FIRST = Holder("worker-1", "machine", "cpu")
SECOND = Holder("worker-2", "machine", "cpu")


@pytest.mark.usefixtures("home")
def test_a_held_run_is_refused_and_names_its_holder(client: redis.Redis) -> None:
    assert claim(client, RUN, FIRST).attempt == 1
    with pytest.raises(Held, match="worker-1"):
        claim(client, RUN, SECOND)


def test_release_hands_on_with_the_next_attempt(client: redis.Redis) -> None:
    claim(client, RUN, FIRST).release(client)
    assert claim(client, RUN, SECOND).attempt == 2


def test_an_expired_claim_is_taken_and_its_holder_is_told(client: redis.Redis) -> None:
    stale = claim(client, RUN, FIRST)
    client.hset(keys.claim(RUN), "until", 1)
    assert claim(client, RUN, SECOND).attempt == 2
    assert not stale.renew(client)
    stale.release(client)
    with pytest.raises(Held, match="worker-2"):
        claim(client, RUN, FIRST)


def test_the_history_knows_more_attempts_than_a_wiped_server(client: redis.Redis) -> None:
    assert claim(client, RUN, FIRST, at_least=7).attempt == 8


def test_renewing_brings_a_forgotten_claim_back(client: redis.Redis) -> None:
    lease = claim(client, RUN, FIRST, at_least=2)
    client.flushall()
    assert lease.renew(client)
    with pytest.raises(Held):
        claim(client, RUN, SECOND)
    found: Any = client.hget(keys.claim(RUN), "attempt")
    assert found == b"3"


def test_of_many_that_race_one_wins(home: Home, client: redis.Redis) -> None:
    assert home

    def race(number: int) -> Lease | None:
        try:
            return claim(client, RUN, Holder(f"worker-{number}", "machine", "cpu"))
        except Held:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(lease is not None for lease in pool.map(race, range(40))) == 1
