"""The store: its address, and folders that are there whole or not at all, whatever fails."""

from __future__ import annotations

import os
import random
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.saving.manifest import Damaged
from engine.saving.names import Published
from jobs.store import pruning
from jobs.store.address import StoreUnusable, check, secrets, shown
from jobs.store.asking import ask
from jobs.store.lineage import Lineage, Moment
from jobs.store.parcels import CONTENTS, FILES, Contents, NotThere, entry_of, fetch, sealed, send
from jobs.store.store import Store, StoreAway
from tests.jobs.failing_store import PASSWORD, failing
from tests.jobs.shelved import save, shelf, whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one of them below a folder and one without a byte."""
    made = tmp_path / "folder"
    (made / "shards").mkdir(parents=True)
    (made / "weights").write_bytes(random.Random(1).randbytes(3_000))
    (made / "shards" / "0").write_bytes(b"shard")
    (made / "empty").touch()
    return made


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != CONTENTS
    }


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory://x", "the memory of one process"),
        ("s3://bucket/x", rf"pip install s3fs=={version('fsspec')}` on every machine"),
        ("gs://bucket", "pip install gcsfs"),
        ("sftp://ada:hunter2@host/x", r"sftp://host/x, .*pip install paramiko"),
        ("ftp://ada:hunter2@host/x", r"ftp://host/x: ftp:// is no store .* Use one of file://, s3"),
        ("file://shared/x", "three slashes"),
        ("file:///", "name a bucket or a folder"),
    ],
)
def test_an_address_that_cannot_be_is_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(StoreUnusable, match=sentence) as caught:
        check(url)
    assert "hunter2" not in str(caught.value)


def test_nothing_secret_of_an_address_is_shown() -> None:
    url = "sftp://ada:p%40ss@host:22/yard?key=abc"
    assert shown(url) == "sftp://host:22/yard"
    assert {"p%40ss", "p@ss", "key=abc"} <= set(secrets(url))


def test_a_place_is_a_store_once_a_trainyard_has_made_it_one(tmp_path: Path) -> None:
    store = Store.open(f"file://{tmp_path}/store")
    with pytest.raises(StoreAway, match="its disk is not mounted here"):
        store.require()
    store.make()
    store.make()
    store.require()
    assert store.names("") == ["trainyard-store"]


def test_a_folder_comes_back_as_it_was(tmp_path: Path, folder: Path) -> None:
    store, _ = failing(tmp_path / "store")
    with pytest.raises(NotThere):
        fetch(store, "data/x", tmp_path / "back", FILES)
    send(store, folder, "data/x", (CONTENTS, sealed(folder)))
    fetch(store, "data/x", tmp_path / "back", FILES)
    assert files_of(tmp_path / "back") == files_of(folder)
    fetch(store, "data/x", tmp_path / "back", FILES)  # a damaged one would be in the way
    store.remove_folder("data/x")
    assert store.names("data") == []


def attempted(store: Store, folder: Path, seal: tuple[str, bytes]) -> str:
    """What is said of a copy that fails; empty where it does not."""
    try:
        send(store, folder, "data/x", seal)
    except StoreAway as error:
        return str(error)
    return ""


def test_whichever_operation_fails_nothing_half_is_seen(tmp_path: Path, folder: Path) -> None:
    seal = (CONTENTS, sealed(folder))
    number = 0
    while True:
        number += 1
        root = tmp_path / f"store-{number}"
        store, layer = failing(root, number)
        said = attempted(store, folder, seal)
        if said:
            assert PASSWORD not in said
            with pytest.raises((NotThere, Damaged)):
                fetch(failing(root)[0], "data/x", tmp_path / "never", FILES)
            send(store, folder, "data/x", seal)
        fetch(failing(root)[0], "data/x", tmp_path / f"back-{number}", FILES)
        assert files_of(tmp_path / f"back-{number}") == files_of(folder)
        if layer.asked < number:
            break
    assert number > 5
    assert not (tmp_path / "never").exists()


def test_whichever_operation_fails_while_it_is_fetched(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "store"
    send(failing(root)[0], folder, "data/x", (CONTENTS, sealed(folder)))
    target, number, failed = tmp_path / "back", 0, 0
    while not target.exists():
        number += 1
        try:
            fetch(failing(root, number)[0], "data/x", target, FILES)
        except StoreAway:
            failed += 1
            assert not target.exists()
    assert failed >= 1
    assert not list(tmp_path.glob(".fetching-*"))


def test_no_flipped_bit_and_no_missing_end_is_believed(tmp_path: Path, folder: Path) -> None:
    root, chance = tmp_path / "store", random.Random(7)
    store, _ = failing(root)
    send(store, folder, "data/x", (CONTENTS, sealed(folder)))
    paths = [
        path for path in (root / "data/x").rglob("*") if path.is_file() and path.stat().st_size
    ]
    for number in range(300):
        path = paths[number % len(paths)]
        good = path.read_bytes()
        bad = bytearray(good)
        if number % 5:
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        else:
            del bad[chance.randrange(len(bad)) :]
        path.write_bytes(bad)
        with pytest.raises(Damaged):
            fetch(store, "data/x", tmp_path / "back", FILES)
        path.write_bytes(good)
    fetch(store, "data/x", tmp_path / "back", FILES)


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", ""])
def test_a_seal_names_no_file_elsewhere(name: str, tmp_path: Path, folder: Path) -> None:
    store, _ = failing(tmp_path / "store")
    hostile = Contents(files={name: entry_of(folder / "weights")})
    store.write(f"data/x/{CONTENTS}", hostile.encode())
    with pytest.raises(Damaged, match="is no name of a file"):
        fetch(store, "data/x", tmp_path / "deep" / "back", FILES)
    assert not (tmp_path / "out").exists()


def test_the_rule_of_the_disk_holds_in_the_store(tmp_path: Path) -> None:
    """The last two, pinned ones, none that a later attempt went on without, none half."""
    run = tmp_path / "run"
    store, _ = failing(tmp_path / "store")
    at = shelf(run)
    for step in (10, 20, 30, 40):
        name = save(run, step)
        send(store, at.folder / name, f"{at.key}/{name}", _manifest(at.folder / name))
    store.write(f"{at.key}/pins/step-10-a1", b"")
    store.write(f"{at.key}/step-35-a1/model.safetensors", b"half")
    lineage = Lineage({2: Moment(0, 30)})
    name = save(run, 50, attempt=2)
    send(store, at.folder / name, f"{at.key}/{name}", _manifest(at.folder / name))
    pruning.prune(store, at, lineage, newest=name, over=False)
    assert whole(store, run) == ["step-50-a2", "step-30-a1", "step-10-a1"]
    assert "step-35-a1" not in store.names(at.key)


def _manifest(folder: Path) -> tuple[str, bytes]:
    return "manifest.json", (folder / "manifest.json").read_bytes()


moments = st.builds(Moment, st.integers(0, 3), st.integers(0, 5), st.booleans())


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(2, 6), moments), st.integers(1, 6), moments)
def test_a_run_comes_by_what_every_later_attempt_began_behind(
    began: dict[int, Moment], attempt: int, moment: Moment
) -> None:
    name = Published(moment.step, moment.evaluated, attempt, "")
    later = [begin for number, begin in began.items() if number > attempt]
    expected = not later or moment <= min(later)
    assert Lineage(began).holds(name, moment.fold) == expected
    assert Moment.decode(moment.encode()) == moment


def test_a_moment_that_cannot_be_read_is_none() -> None:
    assert [Moment.decode(each) for each in (b"", b"{}", b"[1]", b"\xff", b'["a", 1, 1]')] == [
        None
    ] * 5


def test_a_store_that_hangs_does_not_hang_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_STORE", f"file://{tmp_path}/pipes")
    (tmp_path / "pipes").mkdir()
    os.mkfifo(tmp_path / "pipes" / "slow")
    with pytest.raises(StoreAway, match="does not answer within 0 s"):
        ask(lambda store: store.read("slow"), 0.2)
    (tmp_path / "pipes" / "slow").open("wb").close()
    assert ask(lambda store: store.names("")) == ["slow"]
