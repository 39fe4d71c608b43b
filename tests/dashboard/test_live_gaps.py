"""Gaps, piles and what cannot be read: whoever missed something gets a snapshot."""

from __future__ import annotations

import asyncio

import msgpack
import numpy as np

from bench.writer import Writer, save
from dashboard.live.hub import Hub
from dashboard.live.snapshot import merge
from dashboard.live.tail import Batch, Told
from dashboard.live.viewer import QUEUE_FRAMES, Viewer
from engine.events import Log
from jobs.history import Drawn
from jobs.history.points import Points
from jobs.home import Home
from jobs.wire import keys
from jobs.yard import Yard
from tests.dashboard.screen import Screen, record_all, run_in_a_loop, watching


def test_a_gap_in_the_stream_is_closed_from_the_history(home: Home, yard: Yard) -> None:
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()
    writer.steps(10)
    assert writer.telemetry.close()
    record_all(home, yard)

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
