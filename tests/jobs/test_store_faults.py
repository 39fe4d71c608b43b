"""Killed at every place of the store, at several visits: no point lost, the same weights.

Two machines for all cases, whose faults are armed while they run; the last case loses one of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.saving.failpoints import ARMED
from engine.settings.command import override
from jobs.chaos.verdict import Result, judge
from jobs.server import Server
from jobs.services import runs
from jobs.yard import Yard
from tests.conftest import joined
from tests.faults import EVERY_HIT, arm_others, visits
from tests.jobs.apart import LONG, Apart, kill_machine, machine_of, result_of, share, working
from tests.jobs.test_store_machines import await_end, copied

HITS = {
    "store.asked": (4, 30, 60),
    "store.before_file": (1, 3, 6),
    "store.before_seal": (1, 3, 6),
    "store.after_seal": (1, 3, 6),
    "store.pruned": (1, 3, 6),
}
"""visits, counted over all attempts of the trainers: each of them is the end of one"""

FETCHED = "store.fetched"

SETTINGS = (*LONG, "training.steps=200", "training.checkpoint_seconds=0")
"""a checkpoint at each step: while one is copied there is always a newer one"""

MOST_RUNS = 3
"""so many of them copy often enough, however slow this machine is"""

SEED = os.environ.get("TRAINYARD_SEED") or str(random.randrange(10**6))
DRAWN = random.Random(f"{SEED} store").choice([*HITS, FETCHED])


def case(place: str) -> object:
    """Of all places, or the drawn one."""
    left_out = not EVERY_HIT and place != DRAWN
    why = f"drawn was {DRAWN}; TRAINYARD_EVERY_HIT=1 takes them all"
    return pytest.param(place, marks=pytest.mark.skipif(left_out, reason=why))


pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(400)]


@dataclass
class Broken:
    """Two machines, and what a run of them is that nobody disturbed."""

    apart: Apart
    faults: Path
    calm: Result

    def launch(self, *faults: str) -> str:
        """A run, broken like this."""
        arm_others(self.faults, *faults)
        return runs.launch(self.apart.yard, override(RunConfig(), SETTINGS))

    def end(self, run_id: str) -> None:
        """Waits for the run, which must be what it had been in peace."""
        await_end(self.apart.yard, run_id)
        verdict = judge(result_of(self.apart.yard, self.apart.store, run_id), self.calm)
        assert verdict.good, f"{verdict}; TRAINYARD_SEED={SEED} makes the same choice again"


@pytest.fixture(scope="module")
def broken(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    folder = tmp_path_factory.mktemp("broken")
    faults = folder / "faults"
    faults.mkdir()
    arm_others(faults)
    with joined(server, folder / "home") as home, pytest.MonkeyPatch.context() as patch:
        store, yard = share(patch, home, folder / "store"), Yard.open(home)
        with pytest.MonkeyPatch.context() as theirs:
            theirs.setenv("TRAINYARD_FAULT_FOLDER", str(faults))
            theirs.setenv("TRAINYARD_FAULT", ARMED)
            working_there = working(home, folder, "ab")
            machines = working_there.__enter__()
        try:
            calm = runs.launch(yard, override(RunConfig(), SETTINGS))
            await_end(yard, calm)
            apart = Apart(yard, store, machines, folder)
            yield Broken(apart, faults, result_of(yard, store, calm))
        finally:
            working_there.__exit__(None, None, None)
            yard.close()


@pytest.mark.parametrize("place", [case(each) for each in HITS])
def test_killed_three_times_while_it_copies(place: str, broken: Broken) -> None:
    hits, before = HITS[place], 0
    faults = [f"{place}@{hit}:kill9" for hit in hits]
    run_id = broken.launch(*faults)
    broken.end(run_id)
    attempts = runs.get(broken.apart.yard, run_id).attempts
    while visits(broken.faults, place) < max(hits) and (before := before + 1) < MOST_RUNS:
        run_id = runs.launch(broken.apart.yard, override(RunConfig(), SETTINGS))
        broken.end(run_id)
        attempts += runs.get(broken.apart.yard, run_id).attempts - 1
    assert visits(broken.faults, place) >= max(hits)
    # All of these deaths are trainers', but for a sender's in an attempt that is slow to come.
    assert 1 < attempts <= 1 + len(hits)


@pytest.mark.parametrize("place", [case(FETCHED)])
def test_killed_when_it_has_fetched(place: str, broken: Broken) -> None:
    """The last one: a machine is gone afterwards."""
    yard = broken.apart.yard
    run_id = broken.launch(f"{place}@1:kill9")
    while not copied(yard, broken.apart.store, run_id):
        assert not runs.get(yard, run_id).over
    kill_machine(broken.apart.machines, "ab".index(machine_of(yard, run_id)))
    broken.end(run_id)
    assert visits(broken.faults, place) >= 2
    assert runs.get(yard, run_id).attempts == 3
