"""An attempt and the store: what it copies while it trains, what the next one fetches elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.events import Alert, Checkpoint, Event, Log
from jobs.store.beginning import Beginning, begin
from jobs.store.lineage import Moment
from jobs.store.shelves import lineage_of, say_began
from jobs.store.shipping import Shipper
from jobs.store.store import Store, StoreAway
from tests.faults import arm
from tests.jobs.launched import until
from tests.jobs.shelved import RUN, save, shelf, whole

BEGIN = Moment()


@dataclass
class Machine:
    """A home of its own, and what attempts there say."""

    url: str
    folder: Path
    told: float = float("inf")
    """up to when Redis has everything"""
    said: list[Event] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """A connection of the test's own."""
        return Store.open(self.url)

    @contextmanager
    def shipping(self, attempt: int = 1, began: Moment = BEGIN) -> Iterator[Shipper]:
        """An attempt that trains meanwhile; at its end it waits for a moment."""
        place = (RUN, attempt, self.folder)
        shipper = Shipper(self.url, place, self.said.append, lambda: self.told)
        shipper.start(began)
        yield shipper
        shipper.close(patience=0.0, limit=20.0)

    def save(self, shipper: Shipper, step: int) -> str:
        """As the engine does: written, then told."""
        name = save(self.folder, step, shipper.attempt)
        shipper.hear(Checkpoint(name=name, bytes=1, seconds=0.0, step=step))
        return name

    def await_whole(self, *names: str) -> None:
        """Until others see exactly these."""
        until(lambda: whole(self.store, self.folder) == list(names), f"{names} in the store", 20)

    def begin(self, attempt: int) -> Moment | None:
        """Where an attempt on this machine goes on; None where it waits for the store."""
        beginning = Beginning(self.url, RUN, attempt, self.folder, RunConfig())
        return begin(beginning, self.said.append, lambda _: True)

    def codes(self) -> list[str]:
        """What it said: codes of alerts, and the first words of the rest."""
        return [
            each.code if isinstance(each, Alert) else " ".join(each.message.split()[:3])
            for each in self.said
            if isinstance(each, Alert | Log)
        ]


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    machine = Machine(f"file://{tmp_path}/store", tmp_path / "here")
    machine.store.make()
    return machine


@pytest.fixture
def elsewhere(here: Machine, tmp_path: Path) -> Machine:
    return Machine(here.url, tmp_path / "elsewhere")


def names_of(machine: Machine) -> list[str]:
    return [each.name for each in shelf(machine.folder).here()]


def test_checkpoints_arrive_and_go_by_the_rule_of_the_disk(
    here: Machine, elsewhere: Machine
) -> None:
    with here.shipping() as shipper:
        first = here.save(shipper, 10)
        here.await_whole(first)
        here.store.write(f"{shelf(here.folder).key}/pins/{first}", b"")
        names = [here.save(shipper, step) for step in (20, 30, 40)]
    assert whole(here.store, here.folder) == [names[2], names[1], first]
    assert here.said == []
    assert not (here.folder / ".sending").exists()
    assert elsewhere.begin(2) == Moment(0, 40)
    assert names_of(elsewhere) == [names[2]]
    assert elsewhere.codes() == ["fetched the checkpoint"]


def test_nothing_is_seen_before_redis_has_its_points(here: Machine) -> None:
    here.told = 0.0
    with here.shipping() as shipper:
        name = here.save(shipper, 10)
        until(lambda: here.store.has(f"{shelf(here.folder).key}/{name}/state.json"), "its file", 20)
        assert whole(here.store, here.folder) == []
        here.told = float("inf")
        here.await_whole(name)


def test_a_store_that_is_away_is_told_once_and_has_all_when_it_is_back(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.shipping() as shipper:
        first = here.save(shipper, 10)
        here.await_whole(first)
        arm(monkeypatch, "store.asked@1+:eio")
        begun = time.perf_counter()
        name = here.save(shipper, 20)
        assert time.perf_counter() - begun < 1.0, "the training does not wait"
        until(lambda: here.said, "the warning", 20)
        newest = [here.save(shipper, step) for step in (30, 40)]
        arm(monkeypatch)
        here.await_whole(newest[1], newest[0])
    assert name not in whole(here.store, here.folder)
    assert here.codes() == ["store-away", "the store has"]
    assert "the training goes on" in str(here.said[0])


def test_a_store_that_stays_away_holds_up_the_end_only_so_long(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.shipping() as shipper:
        arm(monkeypatch, "store.asked@1+:eio")
        here.save(shipper, 10)
        until(lambda: here.said, "the warning", 20)
    assert here.codes() == ["store-away", "store-behind"]
    assert str(here.folder) in str(here.said[1])
    # The next attempt, on this very machine, knows that nobody came further.
    assert here.begin(2) == Moment(0, 10)
    arm(monkeypatch)
    with here.shipping(2, Moment(0, 10)):
        here.await_whole("step-10-a1")


def test_an_attempt_that_was_given_up_is_seen_no_more(here: Machine, elsewhere: Machine) -> None:
    """Its machine was cut off and goes on; what it saves then nobody goes on from."""
    with here.shipping() as shipper:
        first = here.save(shipper, 10)
        here.await_whole(first)
        assert elsewhere.begin(2) == Moment(0, 10)
        with elsewhere.shipping(2, Moment(0, 10)) as other:
            until(lambda: lineage_of(here.store, RUN).latest == 2, "word of attempt 2", 20)
            here.save(shipper, 50)
            second = elsewhere.save(other, 20)
            elsewhere.await_whole(second, first)
    assert names_of(here) == ["step-50-a1", first]
    # Back on the first machine: its step 50 is no part of the run.
    assert here.begin(3) == Moment(0, 20)
    assert names_of(here) == [second, first]
    assert "left step-50-a1 aside" in str(here.said)


def test_a_damaged_one_is_passed_over_with_a_message(here: Machine, elsewhere: Machine) -> None:
    with here.shipping() as shipper:
        first = here.save(shipper, 10)
        here.await_whole(first)
        second = here.save(shipper, 20)
        here.await_whole(second, first)
    path = Path(here.url.removeprefix("file://")) / shelf(here.folder).key / second
    content = bytearray((path / "model.safetensors").read_bytes())
    content[77] ^= 4
    (path / "model.safetensors").write_bytes(content)
    assert elsewhere.begin(2) == Moment(0, 10)
    assert names_of(elsewhere) == [first]
    assert elsewhere.codes() == ["fetched the checkpoint", "checkpoint-damaged"]
    assert "goes on from the one at step 10" in str(elsewhere.said[1])
    assert whole(here.store, here.folder) == [first], "nobody fetches it again"
    # Where it is good on a disk, that one counts.
    assert here.begin(2) == Moment(0, 20)


def test_an_attempt_elsewhere_waits_for_the_store(
    here: Machine, elsewhere: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.shipping() as shipper:
        here.await_whole(here.save(shipper, 10))
    arm(monkeypatch, "store.asked@1+:eio")
    assert elsewhere.begin(2) is None
    assert elsewhere.codes() == ["store-away"]
    arm(monkeypatch, "store.asked@1:eio")
    beginning = Beginning(here.url, RUN, 2, elsewhere.folder, RunConfig())
    assert begin(beginning, elsewhere.said.append, lambda _: False) == Moment(0, 10)
    assert elsewhere.codes()[1:] == ["store-away", "the store is", "fetched the checkpoint"]


def test_a_disk_that_is_not_mounted_is_no_empty_store(here: Machine, elsewhere: Machine) -> None:
    """Otherwise the run would begin again, and its checkpoints be lost under the mount."""
    empty = Machine(f"file://{elsewhere.folder}/mount", here.folder)
    with empty.shipping() as shipper:
        empty.save(shipper, 10)
        until(lambda: empty.said, "the warning", 20)
    assert not (elsewhere.folder / "mount").exists()
    assert "its disk is not mounted here" in str(empty.said[0])
    with pytest.raises(StoreAway):
        Beginning(empty.url, RUN, 3, elsewhere.folder, RunConfig()).bring()


def test_a_first_attempt_asks_the_store_for_nothing(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(monkeypatch, "store.asked@1+:eio")
    assert here.begin(1) == Moment()
    assert here.said == []


def test_what_began_elsewhere_is_written_down(here: Machine) -> None:
    say_began(here.store, RUN, 2, Moment(3, 40, True))
    assert lineage_of(here.store, RUN).began == {2: Moment(3, 40, True)}
