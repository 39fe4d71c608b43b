"""Killed at every failpoint, at each of its first three visits: nothing lost, doubled or different.

A real stand: Valkey, recorder, worker, trainer. What is killed is started again by the supervisor.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence

import pytest

from jobs.chaos.lanes import Lanes
from jobs.chaos.victims import targets
from jobs.places import PLACES
from jobs.services import runs
from tests.chaos.conftest import Broken
from tests.faults import EVERY_HIT

HITS = (1, 2, 3)

EACH_OF_THREE = (1, 3, 6)
"""visits, counted over all attempts: the first of one process, the second of the next one, and the
third of the one after it, all in one run"""

OFTEN = [
    place
    for place in PLACES
    if place.startswith(("checkpoint.", "file.", "journal.", "telemetry.", "recorder."))
    and place != "checkpoint.after_making_room"
] + ["train.gradient", "train.step"]
"""visited again and again by one process"""

ONCE = {
    **dict.fromkeys(place for place in PLACES if place.startswith(("trainer.", "forkserver."))),
    **dict.fromkeys(
        place
        for place in PLACES
        if place.startswith("worker.") and place != "worker.before_renewal"
    ),
    "train.trained": None,
    "train.tested": None,
    # A run is only queued again when its trainer has died: three times, whichever visit is fatal.
    **dict.fromkeys(
        ("tend.before_enqueue", "tend.after_enqueue"),
        "train.step@5:kill9,train.step@10:kill9,train.step@15:kill9",
    ),
}
"""visited once by a process: all three visits are fatal; what makes that happen, if anything"""

SERVER = [place for place in PLACES if place.startswith("server.")]
LAUNCH = [place for place in PLACES if place.startswith("launch.")]

ELSEWHERE = {
    "checkpoint.after_making_room": "tests/engine/test_checkpoint.py",
    "folds.before_write": "tests/engine/test_folds_resume.py",
    "folds.after_write": "tests/engine/test_folds_resume.py",
    "migration.before_copy": "tests/jobs/test_upgrades.py",
    "migration.statement": "tests/jobs/test_upgrades.py",
    "migration.before_commit": "tests/jobs/test_upgrades.py",
    "migration.after_commit": "tests/jobs/test_upgrades.py",
    "courier.before_record": "tests/jobs/test_notify_faults.py",
    **dict.fromkeys(
        (place for place in PLACES if place.startswith("store.")),
        "tests/jobs/test_store_faults.py",
    ),
    **dict.fromkeys(
        (place for place in PLACES if place.startswith("data.")),
        "tests/jobs/test_data_sets_faults.py",
    ),
}

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(1_500)]


def chosen(place: str, visits: Sequence[int] = HITS) -> Sequence[int]:
    """All three; or one, by a seed that is told when the test fails."""
    if EVERY_HIT:
        return visits
    seed = os.environ.get("TRAINYARD_SEED") or str(random.randrange(10**6))
    print(f"TRAINYARD_SEED={seed} makes the same choice for {place} again")  # noqa: T201
    return (random.Random(f"{seed} {place}").choice(HITS),)


def kills(place: str, visits: Sequence[int]) -> list[str]:
    return [f"{place}@{visit}:kill9" for visit in visits]


def test_no_place_is_forgotten() -> None:
    special = ["worker.before_renewal", "tend.before_lost"]
    assert sorted([*OFTEN, *ONCE, *SERVER, *LAUNCH, *special, *ELSEWHERE]) == sorted(PLACES)


@pytest.mark.parametrize("place", OFTEN)
def test_killed_at_its_first_second_and_third_visit(broken: Broken, place: str) -> None:
    hits = chosen(place, EACH_OF_THREE)
    broken.arm(*kills(place, hits))
    broken.train_until(place, max(hits))


@pytest.mark.parametrize("place", ONCE)
def test_killed_three_times_in_a_row(broken: Broken, place: str) -> None:
    hits = chosen(place)
    broken.arm(*kills(place, hits), *filter(None, [ONCE[place]]))
    broken.train_until(place, max(hits))


@pytest.mark.parametrize("place", SERVER)
def test_the_keeper_of_valkey_is_killed_while_it_starts_one(broken: Broken, place: str) -> None:
    hits = chosen(place)
    broken.arm(*kills(place, hits))
    run_id = broken.launch()
    for hit in range(1, max(hits) + 1):
        server = broken.storm.until(lambda: targets(broken.storm.stand, "valkey"), "a server")[0]
        server.process.kill()
        broken.await_visits(place, hit)
    broken.end(run_id)


@pytest.mark.parametrize("place", LAUNCH)
def test_the_launching_process_is_killed(broken: Broken, place: str) -> None:
    """The run is saved: the recorder brings it onto the queue."""
    lanes: Lanes = broken.storm.lanes
    for hit in HITS if EVERY_HIT else HITS[:1]:
        broken.arm(f"{place}@1:kill9")
        before = {run.id for run in runs.list(broken.storm.stand.yard)}
        words = lanes.settings(0, "typed")
        environment = {
            **os.environ,
            "TRAINYARD_HOME": str(broken.storm.stand.home.root),
            "TRAINYARD_FAULT": "armed",
            "TRAINYARD_FAULT_FOLDER": str(broken.folder),
        }
        command = [sys.executable, "-m", "jobs.cli", "launch", *words]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == -9, f"{hit}: {done.stderr.decode()}"
        (run_id,) = {run.id for run in runs.list(broken.storm.stand.yard)} - before
        lanes.launched[run_id] = 0
        broken.end(run_id)


def test_the_horse_is_killed_before_it_renews_its_lease(broken: Broken) -> None:
    """Its trainer waits at the end of the training meanwhile, however quick it was."""
    place = "worker.before_renewal"
    for hit in chosen(place):
        broken.arm(f"{place}@{hit}:kill9", "train.trained@1:wait")
        for name in ("reached", "go"):
            os.mkfifo(broken.folder / f"train.trained.{name}")
        run_id = broken.launch()
        broken.await_visits(place, hit)
        broken.end(run_id)


def test_the_recorder_is_killed_before_it_gives_an_attempt_up(broken: Broken) -> None:
    place = "tend.before_lost"
    # Horse and trainer die without a word: nobody renews the lease.
    broken.arm(
        *kills(place, HITS),
        "trainer.begun@1:kill9",
        "worker.before_conclusion@1:kill9",
    )
    run_id = broken.launch()
    broken.await_visits(place, max(HITS))
    broken.end(run_id)
