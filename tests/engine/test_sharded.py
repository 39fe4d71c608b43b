"""Models in parts: the numbers of one process, checkpoints for any number of them."""

from __future__ import annotations

import random
import shutil
import signal
from contextlib import chdir
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.distributed.crew import RankKilled
from engine.distributed.orders import Orders
from engine.distributed.shards import load_whole
from engine.events import Alert, Checkpoint, Gradients, Log, Started
from engine.problem import SettingsError
from engine.saving.manifest import Damaged, check, read_manifest, read_verified
from engine.train import train
from tests.engine.forked import Forked
from tests.engine.parts import ALL, CLOSE, FOUR, TWO, begun, checkpoints, stopped_after, trained
from tests.engine.small import curve, evaluations, in_process, last, small


def test_two_parts_learn_what_the_whole_learns() -> None:
    one, two = trained(*ALL), trained(*ALL, *TWO)
    assert begun(two).choices["weights"].startswith("sharded: ")
    for name in ("train/loss", "train/gradient_norm"):
        assert curve(two, name) == pytest.approx(curve(one, name), rel=CLOSE)
    whole, parts = evaluations(one), evaluations(two)
    assert [parts[key]["loss"] for key in whole] == pytest.approx(
        [whole[key]["loss"] for key in whole], rel=CLOSE
    )
    layers = [next(e.norms for e in told if isinstance(e, Gradients)) for told in (one, two)]
    assert layers[1] == {name: pytest.approx(norms, rel=CLOSE) for name, norms in layers[0].items()}
    assert last(two) == last(one).model_copy(update={"time": last(two).time})


def test_saved_by_two_and_gone_on_with_by_any_number(tmp_path: Path) -> None:
    """Sharded over two and four, in one process, replicated: one curve."""
    whole, pieces = curve(trained(*ALL)), dict[int, float]()
    teams = [TWO, (), FOUR, ("hardware.devices=2",), TWO, FOUR]
    for attempt, team in enumerate(teams, start=1):
        step = 5 * attempt if attempt < len(teams) else 10_000
        told = stopped_after(step, *ALL, *team, folder=tmp_path, attempt=attempt)
        assert (begun(told).step > 0) == (attempt > 1)
        assert begun(told).resumed == ("best-effort" if attempt > 1 else "")
        pieces |= curve(told)
    assert pieces == pytest.approx(whole, rel=CLOSE)


def test_a_resume_with_as_many_is_exact_and_each_process_writes_its_part(tmp_path: Path) -> None:
    words = (*ALL, *TWO)
    whole = curve(trained(*words))
    before = stopped_after(9, *words, folder=tmp_path, attempt=1)
    (newest,) = checkpoints(tmp_path)[-1:]
    sizes = [(newest / f"shard-{rank}.safetensors").stat().st_size for rank in range(2)]
    # Beside the tensors a file has the place of each in its head.
    assert min(sizes) > 0.9 * max(sizes)
    assert {path.suffix for path in newest.iterdir()} == {".json", ".safetensors"}
    assert not (newest / "model.safetensors").exists()
    after = trained(*words, folder=tmp_path, attempt=2)
    assert begun(after).resumed == "exact"
    assert {**curve(before), **curve(after)} == whole


def test_the_last_checkpoint_holds_the_whole_weights_too(tmp_path: Path) -> None:
    trained(*ALL, *TWO, "training.epochs=2", folder=tmp_path)
    trained(*ALL, "training.epochs=2", folder=tmp_path / "one")
    newest, one = checkpoints(tmp_path)[-1], checkpoints(tmp_path / "one")[-1]
    joined = load_whole(newest, read_manifest(newest))
    for name in ("model", "best", "average"):
        found = load_file(newest / f"{name}.safetensors")
        assert found.keys() == load_file(one / f"{name}.safetensors").keys()
        for key, tensor in found.items():
            assert torch.equal(tensor, joined[f"{name}/{key}"])
            torch.testing.assert_close(
                tensor, load_file(one / f"{name}.safetensors")[key], rtol=1e-3, atol=1e-5
            )


def test_no_flipped_bit_of_any_part_is_loaded(tmp_path: Path) -> None:
    stopped_after(5, *ALL, *TWO, folder=tmp_path, attempt=1)
    newest, drawn = checkpoints(tmp_path)[-1], random.Random(0)
    loaded = []
    for path in sorted(newest.iterdir()):
        good = path.read_bytes()
        for _ in range(100):
            bad, bit = bytearray(good), drawn.randrange(8 * len(good))
            bad[bit // 8] ^= 1 << bit % 8
            path.write_bytes(bad)
            for look in (check, read_verified):
                try:
                    look(newest)
                    loaded.append((path.name, bit))
                except Damaged:
                    continue
        path.write_bytes(good)
    assert loaded == []
    check(newest)


def test_a_damaged_part_is_named_and_the_one_before_gone_on_with(tmp_path: Path) -> None:
    stopped_after(5, *ALL, *TWO, folder=tmp_path, attempt=1)
    before, newest = checkpoints(tmp_path)[-2:]
    part = newest / "shard-1.safetensors"
    part.write_bytes(part.read_bytes()[:-1])
    told = stopped_after(9, *ALL, *TWO, folder=tmp_path, attempt=2)
    (alert,) = [event for event in told if isinstance(event, Alert)]
    assert alert.code == "checkpoint-damaged"
    assert "shard-1.safetensors is not what was written" in alert.message
    assert begun(told).step == int(before.name.split("-")[1])


def test_a_disk_that_is_full_for_one_of_them_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fault").mkdir()
    # The first is the file with the attempt's number, then both write their parts.
    monkeypatch.setenv("TRAINYARD_FAULT", "file.before_sync@3:enospc")
    monkeypatch.setenv("TRAINYARD_FAULT_FOLDER", str(tmp_path / "fault"))
    told = trained(*ALL, *TWO, "training.epochs=1", folder=tmp_path)
    codes = [event.code for event in told if isinstance(event, Alert)]
    assert codes == ["disk-full"]
    assert any("there is room" in event.message for event in told if isinstance(event, Log))
    assert any(isinstance(event, Checkpoint) for event in told)
    assert last(told).reason == "completed"
    assert list((tmp_path / "checkpoints").glob(".new-*")) == []


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="there is no /proc")
def test_a_folder_that_not_all_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on two machines: the same path leads elsewhere."""

    def elsewhere(orders: Orders) -> Forked:
        with chdir("/"):
            return Forked(orders)

    monkeypatch.chdir(tmp_path)
    folder = Path("/proc/self/cwd") / "run"
    with pytest.raises(SettingsError, match=r"hardware.weights: a machine .* does not reach"):
        list(train(small(*ALL, *TWO), folder, starter=elsewhere))


def test_a_killed_process_ends_the_attempt_with_its_cause() -> None:
    started: list[Forked] = []

    def starter(orders: Orders) -> Forked:
        started.append(Forked(orders))
        return started[-1]

    events = train(small(*ALL, *TWO, "training.epochs=2000"), starter=starter)
    assert isinstance(next(events), Started)
    started[0].kill()
    with pytest.raises(RankKilled, match=r"process 2 of the 2 .* killed by signal 9"):
        list(events)


def test_pinned_ones_stay_and_a_fork_begins_from_parts(tmp_path: Path) -> None:
    from engine.saving.pins import pin
    from engine.saving.start import FOLDER, digest_of, take_over
    from engine.settings.start import Start

    stopped_after(5, *ALL, *TWO, folder=tmp_path / "parent", attempt=1)
    kept = checkpoints(tmp_path / "parent")[-1]
    assert pin(kept.parent, kept.name)
    whole = curve(trained(*ALL, *TWO, folder=tmp_path / "parent", attempt=2))
    assert kept.is_dir()
    take_over(kept, tmp_path / "child")
    step = int(kept.name.split("-")[1])
    start = Start(run="0" * 26, checkpoint=kept.name, digest=digest_of(kept), step=step)
    shutil.rmtree(kept)
    assert (tmp_path / "child" / FOLDER / "shard-1.safetensors").is_file()
    config = small(*ALL).model_copy(update={"start": start})
    child = curve(train(config, tmp_path / "child"))
    assert child == pytest.approx({k: v for k, v in whole.items() if k > step}, rel=CLOSE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "place",
    ["checkpoint.before_files", "checkpoint.after_file", "checkpoint.before_rename"],
)
@pytest.mark.parametrize("hit", [1, 2])
def test_killed_at_any_place_nothing_good_is_lost(place: str, hit: int, tmp_path: Path) -> None:
    config = small(*ALL, *TWO, "training.epochs=2")
    whole = curve(train(config, starter=Forked))
    code, told = in_process(config, tmp_path, f"{place}@{hit}:kill9", Forked)
    assert code == -signal.SIGKILL
    again = trained(*ALL, *TWO, "training.epochs=2", folder=tmp_path, attempt=2)
    assert {**curve(told), **curve(again)} == whole
