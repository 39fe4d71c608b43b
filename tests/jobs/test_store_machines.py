"""Two machines without a common folder: a run goes on, from the store, where the other one died."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.config import RunConfig
from engine.settings.command import override
from jobs.chaos.verdict import judge
from jobs.data_sets import DataSets
from jobs.server import Server
from jobs.services import checkpoints, commands, forks, runs
from jobs.store.shelves import Shelf
from jobs.store.store import Store
from jobs.yard import Yard
from tests.conftest import joined
from tests.jobs.apart import (
    LONG,
    PLANTS,
    Apart,
    kill_machine,
    machine_of,
    result_of,
    share,
    working,
)
from tests.jobs.launched import until


def copied(yard: Yard, store: Store, run_id: str) -> bool:
    """Whether the store has a whole checkpoint of the run."""
    shelf = Shelf.of(yard.home.run(run_id), run_id, 0)
    return any(shelf.whole(store, each.name) for each in shelf.there(store))


def await_end(yard: Yard, *run_ids: str) -> None:
    def over() -> bool:
        return all(runs.get(yard, run_id).over for run_id in run_ids)

    until(over, "the end of the runs", 150)


def words(yard: Yard, run_id: str) -> str:
    return "\n".join(str(each.body.get("message", "")) for each in yard.history.logs(run_id))


@pytest.fixture(scope="module")
def apart(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """Shared by the tests: the last one kills a machine."""
    folder = tmp_path_factory.mktemp("apart")
    with joined(server, folder / "home") as home, pytest.MonkeyPatch.context() as patch:
        store, yard = share(patch, home, folder / "store"), Yard.open(home)
        with working(home, folder, "ab") as machines:
            yield Apart(yard, store, machines, folder)
        yard.close()


def test_own_data_and_a_fork_are_trained_where_neither_was(apart: Apart) -> None:
    yard, table = apart.yard, apart.folder / "plants.csv"
    table.write_text(PLANTS)
    data = DataSets.of(yard).add(table)
    settings = ["data=table", f"data.table={data.digest}", "data.target=tall", "model=mlp"]
    long = ["training.steps=100000", "training.checkpoint_seconds=1", "hardware.threads=1"]
    run_id = runs.launch(yard, override(RunConfig(), [*settings, *long]))
    run = runs.get(yard, run_id)
    until(lambda: checkpoints.every(yard, run), "a checkpoint that pages see")
    assert "fetched the data from the store" in words(yard, run_id)
    kept = checkpoints.find(yard, run)
    assert not kept.here
    checkpoints.pin(run, kept)
    point = forks.read(yard, f"{run_id}@{kept.name}")
    assert point.config.data == run.config.data
    commands.ask(yard, run_id, "stop")
    await_end(yard, run_id)
    assert checkpoints.find(yard, run, kept.name).pinned
    shorter = override(point.config, [f"training.steps={kept.step + 50}"])
    fork = runs.launch(yard, shorter.model_copy(update={"start": point.start}))
    await_end(yard, fork)
    assert runs.get(yard, fork).status == "finished", words(yard, fork)
    home = apart.folder / machine_of(yard, run_id)
    assert (home / "cache" / "fetched" / data.digest).is_dir()
    assert not yard.home.run(run_id).exists(), "the pages' machine has nothing of it"
    (*_, begun) = checkpoints.every(yard, runs.get(yard, fork))
    assert (begun.begins, begun.step) == (True, kept.step)


def test_a_machine_dies_and_its_run_goes_on_elsewhere_as_if_nothing_had_happened(
    apart: Apart,
) -> None:
    yard, store = apart.yard, apart.store
    config = override(RunConfig(), LONG)
    calm = runs.launch(yard, config)
    await_end(yard, calm)
    run_id = runs.launch(yard, config)
    until(lambda: copied(yard, store, run_id), "a checkpoint in the store")
    first = machine_of(yard, run_id)
    kill_machine(apart.machines, "ab".index(first))
    await_end(yard, run_id)
    assert machine_of(yard, run_id) == {"a": "b", "b": "a"}[first]
    run = runs.get(yard, run_id)
    assert (run.status, run.attempts) == ("finished", 2)
    assert "fetched the checkpoint step-" in words(yard, run_id)
    verdict = judge(result_of(yard, store, run_id), result_of(yard, store, calm))
    assert verdict.good, verdict
    assert verdict.points > 1_500
