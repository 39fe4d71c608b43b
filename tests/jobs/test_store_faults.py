"""Killed at every place of the store, at several visits: no point lost, the same weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.settings.command import override
from jobs import runs
from jobs.chaos.verdict import judge
from jobs.home import Home
from jobs.store.store import Store
from jobs.yard import Yard
from tests.faults import visits
from tests.jobs.apart import LONG, kill_machine, machine_of, result_of, share, working
from tests.jobs.fleet import Fleet
from tests.jobs.test_store_machines import await_end, copied

OFTEN = ("store.asked", "store.before_file", "store.before_seal", "store.after_seal")
SHORTER = ("training.checkpoint_seconds=0.5",)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        os.environ.get("TRAINYARD_EVERY_HIT") != "1",
        reason="minutes for each place; TRAINYARD_EVERY_HIT=1 has them killed at all visits",
    ),
]


@contextmanager
def breaking(home: Home, folder: Path, names: str, faults: str) -> Iterator[Fleet]:
    """Machines whose processes break; visits are counted over all of them, in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINYARD_FAULT_FOLDER", str(folder))
        patch.setenv("TRAINYARD_FAULT", faults)
        working_there = working(home, folder, names)
        machines = working_there.__enter__()
    try:
        yield machines
    finally:
        working_there.__exit__(None, None, None)


def good(yard: Yard, store: Store, broken: str) -> None:
    """Compares the run with one that nobody disturbed."""
    calm = runs.launch(yard, runs.get(yard, broken).config)
    await_end(yard, calm)
    verdict = judge(result_of(yard, store, broken), result_of(yard, store, calm))
    assert verdict.good, verdict


@pytest.mark.parametrize("place", [*OFTEN, "store.pruned"])
def test_killed_three_times_while_it_copies(
    place: str, home: Home, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = share(monkeypatch, home, tmp_path / "store")
    hits = (4, 30, 60) if place == "store.asked" else (1, 3, 6)
    faults = ",".join(f"{place}@{hit}:kill9" for hit in hits)
    with breaking(home, tmp_path, "a", faults):
        run_id = runs.launch(yard, override(RunConfig(), [*LONG, *SHORTER]))
        await_end(yard, run_id)
        assert visits(tmp_path, place) >= max(hits)
        assert runs.get(yard, run_id).attempts == 4
        good(yard, store, run_id)


def test_killed_when_it_has_fetched(
    home: Home, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = share(monkeypatch, home, tmp_path / "store")
    with breaking(home, tmp_path, "ab", "store.fetched@1:kill9") as machines:
        run_id = runs.launch(yard, override(RunConfig(), LONG))
        while not copied(yard, store, run_id):
            assert not runs.get(yard, run_id).over
        kill_machine(machines, "ab".index(machine_of(yard, run_id)))
        await_end(yard, run_id)
        assert visits(tmp_path, "store.fetched") == 2
        assert runs.get(yard, run_id).attempts == 3
        good(yard, store, run_id)
