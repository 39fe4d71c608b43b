"""The hub: history and tail, no gap, nothing doubled, through killed servers; no reader left."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from bench.writer import Writer, save
from dashboard.live.hub import Hub
from dashboard.live.snapshot import merge
from dashboard.live.tail import Batch, Told
from dashboard.live.viewer import QUEUE_FRAMES, Viewer
from engine.events import Log
from jobs import keys
from jobs.connect import BLOCK_MILLISECONDS, connect_unretried
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
                assert [t.get_name() for t in asyncio.all_tasks()].count("live runs") == 1
            assert hub.watched == set()
        await asyncio.sleep(0)
        assert not [t for t in asyncio.all_tasks() if t.get_name().startswith("live")]

    run_in_a_loop(test)


def test_a_run_that_is_opened_later_is_read_at_once_beside_one_that_is_silent(
    home: Home, yard: Yard
) -> None:
    silent, loud = save(yard), save(yard)
    writer = Writer(yard, loud)
    writer.begin()

    async def test() -> None:
        hub = Hub(home)
        async with hub.running(), watching(hub, silent):
            await asyncio.wait_for(hub._feeds[silent].ready.wait(), 5)
            began = time.monotonic()
            async with watching(hub, loud):
                await asyncio.wait_for(hub._feeds[loud].ready.wait(), 5)
                # The reader waits a whole second for the silent one.
                assert time.monotonic() - began < 0.001 * BLOCK_MILLISECONDS / 2
        writer.close()

    run_in_a_loop(test)


def test_what_cannot_be_read_stops_neither_the_run_nor_the_others(home: Home, yard: Yard) -> None:
    runs = [save(yard), save(yard)]
    writers = [Writer(yard, run) for run in runs]
    for writer in writers:
        writer.begin()
        writer.steps(10)

    async def test() -> None:
        hub = Hub(home)
        async with hub.running(), watching(hub, runs[0]) as bad, watching(hub, runs[1]) as good:
            await bad.until(lambda: len(bad.steps) == 10)
            await good.until(lambda: len(good.steps) == 10)
            for seq, junk in ((900, b"no msgpack"), (901, msgpack.packb([(901, {"kind": "?"})]))):
                yard.redis.xadd(keys.events(runs[0]), {"e": junk}, id=f"1-{seq}")
            for writer in writers[1:]:
                writer.steps(5)
            await good.until(lambda: len(good.steps) == 15)
            again = Writer(yard, runs[0], attempt=2, step=10)
            again.begin()
            again.steps(5)
            await bad.until(lambda: len(bad.steps) == 15)
            for writer in (*writers, again):
                writer.close()

    run_in_a_loop(test)


def test_a_viewer_that_missed_something_gets_a_snapshot() -> None:
    viewer = Viewer(["r"], 100, positions={"r": (1, 5)})
    told = [Told((1, seq), Log(message="later")) for seq in (8, 9)]
    viewer.offer(Batch("r", told))
    assert viewer.next_frame() is None
    assert viewer.stale == {"r"}
    viewer.offer(Batch("r", [Told((1, 6), Log(message="next"))]))
    assert viewer.next_frame() is not None


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
