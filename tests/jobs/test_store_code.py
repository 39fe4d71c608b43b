"""Models of one's own pass through the store: trained where nobody put their files."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.models.code import digest
from engine.models.own import FOLDER
from engine.problem import SettingsError
from jobs.home import Home
from jobs.services import runs
from jobs.store.code import code_here, fetch_code, put_code
from jobs.store.parcels import CONTENTS, sealed
from jobs.store.store import Store
from jobs.working.anew import prepare
from jobs.working.forkserver import Request
from jobs.yard import Yard
from tests.engine.test_own_models import EXAMPLE
from tests.jobs.apart import kill_machine, machine_of, share, working
from tests.jobs.commands import ROOT
from tests.jobs.launched import until
from tests.jobs.test_store_machines import await_end, copied, words

NET = "def width(asked):\n    return asked\n"
"""what the example's file imports from its neighbour"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of models: the README's example, and a neighbour that it needs."""
    assert EXAMPLE is not None
    place = tmp_path / "models"
    place.mkdir()
    text = EXAMPLE[1].replace(
        "        from torch import nn\n",
        "        from torch import nn\n        from trainyard_models._net import width\n",
    )
    assert "_net" in text
    (place / "wide.py").write_text(text.replace("self.width)", "width(self.width))"))
    (place / "_net.py").write_text(NET)
    return place


@pytest.mark.slow
@pytest.mark.alone
def test_a_run_goes_on_where_nobody_put_its_model(
    home: Home, yard: Yard, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = share(monkeypatch, home, tmp_path / "store")
    settings = ["preset=iris_mlp", "model=wide", "model.width=8", "hardware.threads=1"]
    long = ["training.steps=1500", "training.checkpoint_seconds=0.2", "hardware.device=cpu"]
    with working(home, tmp_path, "ab") as machines:
        done = subprocess.run(
            [sys.executable, "-m", "jobs.cli", "launch", *settings, *long],
            env={**os.environ, FOLDER: str(folder)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        run_id = done.stdout.split()[0]
        until(lambda: copied(yard, store, run_id), "a checkpoint in the store", 150)
        assert not runs.get(yard, run_id).over, words(yard, run_id)
        first = machine_of(yard, run_id)
        kill_machine(machines, "ab".index(first))
        await_end(yard, run_id)
    run = runs.get(yard, run_id)
    assert (run.status, run.attempts) == ("finished", 2), run.cause
    assert run.machine != first
    assert words(yard, run_id).count("fetched the files of the model from the store") == 2
    code = digest(folder)
    assert store.names("code") == [code]
    for name in "ab":
        kept = tmp_path / name / "cache" / "code" / code
        assert (kept / "_net.py").read_text() == NET


@pytest.fixture
def elsewhere(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, str]:
    """A store that has the files, and a machine that has none."""
    url = f"file://{tmp_path}/store"
    monkeypatch.setenv("TRAINYARD_STORE", url)
    store, code = Store.open(url), digest(folder)
    store.make()
    monkeypatch.setenv(FOLDER, str(folder))
    put_code(store, code)
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "other"))
    return store, code


def test_what_is_fetched_is_what_was_launched(elsewhere: tuple[Store, str], folder: Path) -> None:
    store, code = elsewhere
    assert code_here(code) is None
    kept = fetch_code(store, code)
    assert code_here(code) == kept
    assert {path.name for path in kept.glob("*.py")} == {path.name for path in folder.glob("*.py")}
    (kept / "_net.py").write_text("changed\n")
    assert code_here(code) is None, "it is fetched again"
    assert code_here(str(fetch_code(store, code).name)) == kept


def test_others_in_the_store_are_refused_however_well_they_are_sealed(
    elsewhere: tuple[Store, str], tmp_path: Path
) -> None:
    store, code = elsewhere
    there = tmp_path / "store" / "code" / code
    (there / "_net.py").write_text("import os\n")
    with pytest.raises(SettingsError, match="is not what was written"):
        fetch_code(store, code)
    (there / CONTENTS).unlink()
    (there / CONTENTS).write_bytes(sealed(there))
    with pytest.raises(SettingsError, match="they are not what was launched"):
        fetch_code(store, code)
    assert code_here(code) is None
    with pytest.raises(SettingsError, match="neither this machine nor the store"):
        fetch_code(store, "0" * 64)


def test_files_that_changed_since_are_not_put_there(
    elsewhere: tuple[Store, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(folder))
    with pytest.raises(SettingsError, match="have just been changed"):
        put_code(elsewhere[0], "0" * 64)


def test_a_run_of_shipped_models_begins_as_ever(tmp_path: Path) -> None:
    request = Request("R", 1, RunConfig().model_dump_json(), str(tmp_path), {})
    prepare(request, [])
    prepare(replace(request, config=RunConfig(code="0" * 64).model_dump_json()), [])
    assert "TRAINYARD_STORE" not in os.environ, "without a store nothing could be fetched"
