"""The hub: history and tail, no gap, nothing doubled, through killed servers; no reader left."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.writer import Writer, save
from dashboard.live.hub import Hub
from dashboard.live.snapshot import merge
from dashboard.live.tail import Told
from dashboard.live.viewer import QUEUE_FRAMES, Viewer
from engine.events import Log
from jobs.connect import connect_unretried
from jobs.history import Drawn
from jobs.history.points import Points
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.server import Server
from jobs.yard import Yard
from tests.dashboard.screen import Screen, run_in_a_loop, watching


def _record(home: Home, yard: Yard) -> None:
    """One pass of the recorder over everything that is there."""
    recorder = Recorder(connect_unretried(home), yard.history, home)
    while recorder.round():
        pass


def test_history_then_tail_each_point_once(home: Home, yard: Yard) -> None:
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()
    writer.steps(50)
    assert writer.telemetry.close()
    _record(home, yard)

    async def test() -> None:
        hub = Hub(home)
        async with hub.running():
            again = Writer(yard, run, attempt=2, step=50)
            again.begin()
            again.steps(30)
            async with watching(hub, run) as screen:
                for _ in range(20):
                    again.steps(5)
                    await asyncio.sleep(0.02)
                await screen.until(lambda: len(screen.steps) >= 180)
                assert screen.steps == list(range(1, 181))
                assert [h["kind"] for h in screen.headers[:1]] == ["snapshot"]
                kinds = {fact["kind"] for h in screen.headers for fact in h.get("facts", [])}
                assert {"claimed", "started"} <= kinds
            again.close()

    run_in_a_loop(test)


def test_two_viewers_share_one_reader_and_it_ends_with_the_last(home: Home, yard: Yard) -> None:
    run = save(yard)

    async def test() -> None:
        hub = Hub(home)
        async with hub.running():
            async with watching(hub, run), watching(hub, run):
                assert hub.watched == {run}
                assert [t.get_name() for t in asyncio.all_tasks()].count(f"live {run}") == 1
            assert hub.watched == set()
            await asyncio.sleep(0)
            assert not [t for t in asyncio.all_tasks() if t.get_name() == f"live {run}"]

    run_in_a_loop(test)


def test_a_reader_that_missed_its_cancellation_still_ends(home: Home) -> None:
    heard = 0

    async def deaf() -> None:
        nonlocal heard
        while heard < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard += 1

    async def story() -> None:
        hub = Hub(home)
        async with hub.running():
            hub._start("deaf", deaf())
            await asyncio.sleep(0)

    run_in_a_loop(story)
    assert heard == 2


def test_a_slow_viewer_gets_a_snapshot_instead_of_a_pile(home: Home, yard: Yard) -> None:
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()

    async def test() -> None:
        hub = Hub(home)
        async with hub.running():
            viewer = Viewer([run], 4_000)
            screen = Screen(hub, viewer)
            async with hub.watching(viewer):
                viewer.stale.clear()
                for _ in range(QUEUE_FRAMES + 1):
                    viewer.offer(b"")
                assert len(viewer.waiting) == 1
                assert viewer.stale == {run}
                viewer.waiting.clear()
                writer.steps(40)
                task = asyncio.create_task(screen.watch())
                await screen.until(lambda: len(screen.steps) == 40)
                task.cancel()
            writer.close()

    run_in_a_loop(test)


def test_a_gap_in_the_stream_is_closed_from_the_history(home: Home, yard: Yard) -> None:
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()
    writer.steps(10)
    assert writer.telemetry.close()
    _record(home, yard)

    async def test() -> None:
        hub = Hub(home)
        async with hub.running(), watching(hub, run) as screen:
            await screen.until(lambda: len(screen.steps) == 10)
            feed = hub._feeds[run]
            await screen.until(lambda: feed.position is not None)
            feed.spread([Told((1, 99), Log(message="later"))])
            await screen.until(lambda: [h["kind"] for h in screen.headers].count("snapshot") >= 2)
            assert screen.steps == list(range(1, 11))

    run_in_a_loop(test)


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that may be killed."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "own"))
    server = Server(Home(tmp_path / "own").create())
    server.start()
    yield server
    server.stop()


def test_two_kills_of_the_server_lose_and_double_nothing(own_server: Server) -> None:
    home = own_server.home
    yard = Yard.open(home)
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()

    async def test() -> None:
        hub = Hub(home)
        async with hub.running(), watching(hub, run) as screen:
            for number in range(1, 41):
                writer.steps(10)
                if number in (12, 25):
                    assert own_server.process is not None
                    own_server.process.kill()
                    own_server.process.wait()
                    await asyncio.to_thread(own_server.start)
                await asyncio.sleep(0.03)
            await screen.until(lambda: len(screen.steps) >= 400)
            assert screen.steps == list(range(1, 401))

    run_in_a_loop(test)
    assert writer.close()
    yard.close()


def test_a_replayed_step_counts_as_first_recorded() -> None:
    known = Points.of([1, 2, 3], [1, 2, 3], [0.1, 0.2, 0.3])
    again = Points.of([2, 3, 4], [12, 13, 14], [9, 9, 0.4])
    stored = Drawn(known, True, 3, 3, 3.0)
    curves = {"train/loss": stored, "hardware/cpu": stored}
    merged = merge(curves, {"train/loss": again, "hardware/cpu": again})
    assert list(merged["train/loss"].points.steps) == [1, 2, 3, 4]
    assert np.allclose(merged["train/loss"].points.values, [0.1, 0.2, 0.3, 0.4])
    assert merged["train/loss"].total == 4
    assert sorted(merged["hardware/cpu"].points.seconds) == [1, 2, 3, 12, 13, 14]
