"""What a run left behind while the store was away: the worker of its machine copies it later."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from engine.config import RunConfig
from engine.events import Alert, Checkpoint, Event, Log
from engine.settings.command import override
from jobs.home import Home
from jobs.services import checkpoints, commands, runs
from jobs.store.lineage import Moment
from jobs.store.sending import is_told, send_rest
from jobs.store.shelves import say_began
from jobs.store.shipping import Shipper
from jobs.store.store import Store
from jobs.store.unsent import FOLDER, Note, left
from jobs.wire import keys
from jobs.wire.journal import Entry, Journal
from jobs.wire.packing import packed
from jobs.yard import Yard
from tests.faults import arm
from tests.jobs.apart import LONG, kill_machine, share, working
from tests.jobs.commands import trainyard
from tests.jobs.fleet import Member, fleet
from tests.jobs.launched import until
from tests.jobs.shelved import RUN, save, whole
from tests.jobs.speaker import Speaker
from tests.jobs.test_store_machines import copied

BEGIN = Moment()


@dataclass
class Left:
    """A machine on which a run ended while the store was away."""

    home: Home
    url: str
    said: list[Event] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home.run(RUN)

    def train(self, patch: pytest.MonkeyPatch, *steps: int) -> Note:
        """An attempt with these checkpoints, none of which arrives. Its note, still held."""
        note = Note(self.home, RUN)
        place = (RUN, 1, self.folder)
        shipper = Shipper(self.url, place, self.said.append, lambda: float("inf"), note=note)
        arm(patch, "store.asked@1+:eio")
        shipper.start(BEGIN)
        for step in steps:
            name = save(self.folder, step, 1)
            shipper.hear(Checkpoint(name=name, bytes=1, seconds=0.0, step=step))
        until(lambda: self.said, "the warning", 20)
        shipper.close(patience=0.0, limit=20.0)
        arm(patch)
        return note

    def whole(self) -> list[str]:
        """What others see."""
        return whole(Store.open(self.url), self.folder)


@pytest.fixture
def behind(home: Home, client: redis.Redis, tmp_path: Path) -> Left:  # noqa: ARG001
    url = f"file://{tmp_path}/store"
    Store.open(url).make()
    return Left(home, url)


def test_whoever_finds_the_note_copies_the_rest(
    behind: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = behind.train(monkeypatch, 10, 20)
    (alert,) = [each for each in behind.said if isinstance(each, Alert) and "behind" in each.code]
    assert "a worker of this machine copies it when the store answers" in alert.message
    assert left(behind.home) == [], "its trainer is still there"
    assert send_rest(behind.home, behind.url, RUN)
    assert behind.whole() == [], "nobody else copies meanwhile"
    note.release()
    assert left(behind.home) == [RUN]
    assert send_rest(behind.home, behind.url, RUN)
    assert behind.whole() == ["step-20-a1", "step-10-a1"]
    assert left(behind.home) == []
    assert list((behind.home.root / FOLDER).iterdir()) == []


def test_each_operation_may_fail_and_nothing_half_is_seen(
    behind: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind.train(monkeypatch, 10, 20).release()
    failed = 0
    while True:
        arm(monkeypatch, f"store.asked@{failed + 1}:eio")
        sent = send_rest(behind.home, behind.url, RUN)
        arm(monkeypatch)
        assert behind.whole() in ([], ["step-20-a1"], ["step-20-a1", "step-10-a1"])
        if sent:
            break
        assert left(behind.home) == [RUN]
        failed += 1
    assert failed > 5
    assert behind.whole() == ["step-20-a1", "step-10-a1"]


def test_a_run_that_went_on_elsewhere_is_left_alone(
    behind: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind.train(monkeypatch, 50).release()
    say_began(Store.open(behind.url), RUN, 2, Moment(0, 20))
    assert send_rest(behind.home, behind.url, RUN)
    assert behind.whole() == []
    assert left(behind.home) == []


def test_the_next_attempt_here_sees_to_it_itself(
    behind: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = behind.train(monkeypatch, 10)
    mine = Note(behind.home, RUN)
    place = (RUN, 2, behind.folder)
    shipper = Shipper(behind.url, place, behind.said.append, lambda: float("inf"), note=mine)
    shipper.start(Moment(0, 10))
    assert behind.whole() == []
    note.release()
    until(behind.whole, "the checkpoint of the first attempt", 20)
    shipper.close()
    assert left(behind.home) == []


def test_nothing_is_copied_before_redis_has_its_points(
    behind: Left, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind.train(monkeypatch, 10).release()
    with closing(Journal(behind.folder, 1)) as journal:
        journal.append([Entry(1, packed(Log(message="a")))])
    client.sadd(keys.LIVE, RUN)
    assert not send_rest(behind.home, behind.url, RUN)
    assert behind.whole() == []
    Speaker(client, RUN).say(Log(message="a"))
    assert is_told(behind.home, RUN, 1)
    assert send_rest(behind.home, behind.url, RUN)
    assert behind.whole() == ["step-10-a1"]


@pytest.mark.slow
@pytest.mark.alone
def test_the_next_worker_of_the_machine_copies_it_when_the_store_is_back(
    home: Home, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = share(monkeypatch, home, tmp_path / "store")
    with working(home, tmp_path, "a") as machines:
        long = ["training.steps=100000", "training.checkpoint_seconds=0.5"]
        (tmp_path / "store").rename(tmp_path / "unmounted")
        run_id = runs.launch(yard, override(RunConfig(), [*LONG, *long]))
        there = tmp_path / "a" / "runs" / run_id / "checkpoints"
        until(lambda: list(there.glob("step-*/manifest.json")), "a checkpoint")
        kill_machine(machines, 0)
        commands.ask(yard, run_id, "stop")
        until(lambda: runs.get(yard, run_id).over, "the end of the run")
        run = runs.get(yard, run_id)
        with fleet([Member("a", str(tmp_path / "a"), ("cpu",))]):
            until(lambda: "is on a alone" in checkpoints.look(yard, run).behind, "word of it")
            done = trainyard("checkpoints", run_id, home=home)
            assert "a worker there copies it when the store answers" in done.stderr
            (tmp_path / "unmounted").rename(tmp_path / "store")
            until(lambda: copied(yard, store, run_id), "the checkpoint in the store")
            until(lambda: not checkpoints.look(yard, run).behind, "the end of that word")
    (newest, *_) = checkpoints.look(yard, run).found
    assert (newest.here, bool(newest.key)) == (False, True)
