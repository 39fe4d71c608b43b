"""Own data, pretrained folders, forks and deletions, as they pass through the store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.models.pretrained import FETCHED_FOLDER, pretrained_folder
from engine.problem import SettingsError
from engine.settings.command import override
from jobs.data_sets import DataSets
from jobs.recording.remove import Folder
from jobs.services import checkpoints, forks, runs
from jobs.store import supplies
from jobs.store.beginning import Beginning
from jobs.store.lineage import Moment
from jobs.store.shipping import Shipper
from jobs.store.store import Store
from jobs.yard import Yard
from tests.faults import arm
from tests.jobs.apart import PLANTS
from tests.jobs.commands import trainyard
from tests.jobs.launched import until
from tests.jobs.trained import trained


@pytest.fixture
def store(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:  # noqa: ARG001
    monkeypatch.setenv("TRAINYARD_STORE", f"file://{tmp_path}/store")
    opened = Store.open(f"file://{tmp_path}/store")
    opened.make()
    return opened


def elsewhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on this process has an empty home, as a worker on another machine."""
    monkeypatch.setenv("TRAINYARD_HOME", str(folder))


def test_data_are_put_there_at_launch_and_fetched_where_they_are_missing(
    yard: Yard, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plants.csv").write_text(PLANTS)
    data = DataSets.of(yard).add(tmp_path / "plants.csv")
    config = override(
        RunConfig(),
        ["data=table", f"data.table={data.digest}", "data.target=tall", "model=mlp"],
    )
    run_id = runs.launch(yard, config)
    assert store.names("data") == [data.digest]
    original = (data.folder / "table.parquet").read_bytes()
    with monkeypatch.context() as patch:
        elsewhere(patch, tmp_path / "other")
        assert supplies.missing(config)
        beginning = Beginning(store.url, run_id, 1, tmp_path / "other" / run_id, config)
        assert beginning.bring() == Moment()
        assert "fetched the data" in str(beginning.said)
        assert not supplies.missing(config)
        fetched = tmp_path / "other" / "cache" / "fetched" / data.digest
        assert (fetched / "table.parquet").read_bytes() == original
    arm(monkeypatch, "store.asked@1+:eio")
    again = override(config, ["training.epochs=3"])
    with pytest.raises(SettingsError, match=r"data\.table: .*cannot be put into the store"):
        runs.launch(yard, again)


def test_a_pretrained_folder_is_found_by_the_path_of_another_machine(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "mine" / "encoder"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(b"weights")
    config = override(RunConfig(), ["preset=sms_bert_base", f"model.pretrained={model}"])
    supplies.provide({"R": config})
    assert len(store.names("models")) == 1
    shutil.move(model, tmp_path / "gone")
    with monkeypatch.context() as patch:
        elsewhere(patch, tmp_path / "other")
        patch.setenv(FETCHED_FOLDER, "")
        assert "fetched the pretrained model" in " ".join(supplies.bring(store, "R", config))
        found = pretrained_folder(str(model))
        assert (found / "model.safetensors").read_bytes() == b"weights"
        assert supplies.environment() == {FETCHED_FOLDER: str(found)}
        assert list(supplies.bring(store, "R", config)) == [], "it is in the cache"


def test_a_fork_and_a_pin_of_what_only_the_store_has(yard: Yard, store: Store) -> None:
    parent = trained(yard)
    folder = yard.home.run(parent)
    shipper = Shipper(store.url, (parent, 1, folder), lambda _: None, lambda: float("inf"))
    shipper.start(Moment())
    shipper.close()
    run = runs.get(yard, parent)
    (both,) = checkpoints.every(yard, run)
    assert both.here
    assert both.key
    shutil.rmtree(folder)
    (kept,) = checkpoints.every(yard, run)
    assert (kept.here, kept.step, kept.bytes) == (False, both.step, both.bytes)
    checkpoints.pin(run, kept)
    assert checkpoints.find(yard, run).pinned
    point = forks.point(yard, run)
    fork = runs.launch(yard, point.config.model_copy(update={"start": point.start}), parent)
    assert "manifest.json" in store.names(f"runs/{fork}/start")
    beginning = Beginning(store.url, fork, 1, yard.home.run(fork), runs.get(yard, fork).config)
    beginning.bring()
    assert (yard.home.run(fork) / "start" / "model.safetensors").is_file()
    listed = trainyard("checkpoints", parent, "--json", home=yard.home)
    assert '"stored": true' in listed.stdout, listed.stderr


def test_a_store_that_is_away_is_said_where_checkpoints_are_listed(
    yard: Yard, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = trained(yard)
    arm(monkeypatch, "store.asked@1+:eio")
    look = checkpoints.look(yard, runs.get(yard, parent))
    assert len(look.found) == 1
    assert look.trouble == f"{store.shown}: Input/output error"


def test_a_deleted_run_leaves_the_store_too(
    yard: Yard, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = trained(yard)
    store.write(f"runs/{parent}/attempts/2", b"[0, 0, false]")
    folder = Folder(yard.home, parent)
    arm(monkeypatch, "store.asked@1:eio")
    assert not folder.gone()
    until(lambda: not yard.home.run(parent).exists(), "the end of its folder", 20)
    assert not folder.gone(), "the store was away: once more in a minute"
    arm(monkeypatch)
    folder._again = 0.0
    until(folder.gone, "the end of the run", 20)
    assert store.names("runs") == []


def test_a_wrong_address_is_a_sentence_of_a_command(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = trained(yard)
    monkeypatch.setenv("TRAINYARD_STORE", "s3://bucket/yard")
    done = trainyard("checkpoints", parent, home=yard.home)
    assert "pip install s3fs" in done.stderr
    assert "step-" in done.stdout, "what is here is listed all the same"
