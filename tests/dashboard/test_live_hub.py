"""The hub: history and tail, no gap, nothing doubled, through killed servers; no reader left."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bench.writer import Writer, save
from dashboard.live.hub import Hub
from jobs.home import Home
from jobs.server import Server
from jobs.wire.connect import BLOCK_MILLISECONDS
from jobs.yard import Yard
from tests.dashboard.screen import record_all, run_in_a_loop, watching


def test_history_then_tail_each_point_once(home: Home, yard: Yard) -> None:
    run = save(yard)
    writer = Writer(yard, run)
    writer.begin()
    writer.steps(50)
    assert writer.telemetry.close()
    record_all(home, yard)

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
