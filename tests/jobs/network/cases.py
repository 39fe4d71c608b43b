"""Trainyard on two hosts with a real network between them; `tests/jobs/test_network.py` runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
import redis

from jobs.chaos.verdict import judge
from jobs.home import Home
from jobs.services import changes, commands, runs
from jobs.services.machines import list_machines
from jobs.store.store import Store
from jobs.wire.connect import connect
from jobs.yard import Yard
from tests.engine.small import small
from tests.jobs.apart import machine_of, result_of
from tests.jobs.fleet import Member, fleet
from tests.jobs.launched import until
from tests.jobs.network.hosts import Hosts, hosts
from tests.jobs.stack import Stack
from tests.jobs.test_gangs import ENDLESS, MORE, causes, under_way
from tests.jobs.test_store_machines import await_end, copied

ALONE = [word for word in ENDLESS if word != "hardware.machines=2"]


@dataclass(frozen=True)
class Site:
    """The machines m0 on the near host and m1 on the far one."""

    yard: Yard
    store: Store
    hosts: Hosts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with hosts(folder) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", found.url)
        patch.setenv("TRAINYARD_STORE", f"file://{folder / 'store'}")
        patch.setenv("TRAINYARD_HOME", str(folder / "home"))
        home = Home.from_environment().create()
        until(lambda: answers(home), "Redis")
        store = Store.open(f"file://{folder / 'store'}")
        store.make()
        stack, yard = Stack(home), Yard.open(home)
        stack.start("recorder")
        near, far = (Member(f"m{n}", str(folder / f"m{n}"), ("fake:0",)) for n in (0, 1))
        with fleet([near]), fleet([far], found.within):
            yield Site(yard, store, found)
            # Also after a failure: else the far machine's worker could not say goodbye.
            found.mend()
        yard.close()
        stack.end()


def answers(home: Home) -> bool:
    """Whether Redis does."""
    try:
        return bool(connect(home).ping())
    except redis.RedisError:
        return False


def end(yard: Yard, hurt: str, words: Sequence[str]) -> str:
    """Ends the run soon; another one that takes as many steps in peace."""
    changes.ask(yard, hurt, "training.steps", runs.get(yard, hurt).step + MORE, "Ada")
    await_end(yard, hurt)
    # It may have been further already when it heard of it.
    calm = runs.launch(yard, small(*words, f"training.steps={runs.get(yard, hurt).step}"))
    await_end(yard, calm)
    return calm


def test_a_gang_meets_over_the_network(site: Site) -> None:
    """Cut off, the member's ranks end, and the run goes on as soon as the cable is back."""
    yard = site.yard
    hurt = runs.launch(yard, small(*ENDLESS))
    assert set(under_way(yard, hurt, 1)) == {0, 1}
    site.hosts.cut()
    until(lambda: runs.get(yard, hurt).status != "running", "the end of the attempt", 30)
    site.hosts.mend()
    under_way(yard, hurt, 2)
    calm = end(yard, hurt, ENDLESS)
    assert len(yard.history.attempts(hurt)) >= 2, causes(yard, hurt)
    verdict = judge(result_of(yard, site.store, hurt), result_of(yard, site.store, calm))
    assert verdict.good, verdict


def test_a_machine_that_is_cut_off_trains_for_nobody(site: Site) -> None:
    """Its run goes on elsewhere meanwhile; what it says when the cable is back counts no more."""
    yard = site.yard
    pair = [runs.launch(yard, small(*ALONE)) for _ in range(2)]
    for run_id in pair:
        until(lambda: copied(yard, site.store, run_id), "a checkpoint in the store")  # noqa: B023
    hurt, other = sorted(pair, key=lambda run_id: machine_of(yard, run_id), reverse=True)
    commands.ask(yard, other, "stop")
    await_end(yard, other)
    site.hosts.cut()
    (at_m0,) = until(lambda: under_way(yard, hurt, 2), "the next attempt")
    site.hosts.mend()
    until(lambda: "m1" in present(yard), "the far machine")
    calm = end(yard, hurt, ALONE)
    told = yard.history.attempts(hurt)
    assert (at_m0, [each.machine for each in told]) == (0, ["m1", "m0"]), causes(yard, hurt)
    assert told[0].reason == "lost"
    verdict = judge(result_of(yard, site.store, hurt), result_of(yard, site.store, calm))
    assert verdict.good, verdict


def present(yard: Yard) -> set[str]:
    """Machines whose workers are heard of."""
    found = list_machines(yard.redis)
    return {each.name for each in found if each.alive}
