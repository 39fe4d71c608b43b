"""On the socket: the server, Redis or its data go away and come back; no gap, no doubled point."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from bench.writer import Writer, save
from jobs.home import Home
from jobs.server import Server
from jobs.wire.connect import connect
from jobs.yard import Yard
from tests.dashboard.serving import Dashboard, free_port, running, serving
from tests.dashboard.tab import Tab, tab


@dataclass
class Stand:
    """A server of Redis and a dashboard that may be stopped, with a run that trains."""

    home: Home
    server: Server
    yard: Yard
    writer: Writer
    port: int = field(default_factory=free_port)
    web: ExitStack = field(default_factory=ExitStack)
    dashboard: Dashboard = field(init=False)
    recorder: ExitStack = field(default_factory=ExitStack)

    def serve(self) -> None:
        """Starts the dashboard, on the same port each time."""
        self.dashboard = self.web.enter_context(serving(self.home, self.port))

    def record(self) -> None:
        """Starts the recorder."""
        self.recorder.enter_context(running("jobs.recorder", self.home))

    def stored(self, step: int) -> None:
        """Waits until the recorder has come so far."""
        deadline = time.monotonic() + 30
        while True:
            found = self.yard.history.window(self.writer.run_id).curves.get("train/loss")
            if found is not None and found.last_step >= step:
                return
            assert time.monotonic() < deadline

    def shows_all(self, page: Tab) -> None:
        """Waits for the newest step; every step is there once."""
        run, last = self.writer.run_id, self.writer.step
        page.until(lambda: page.steps(run)[-1:] == [last])
        assert page.steps(run) == list(range(1, last + 1))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Up, with 100 steps of a run recorded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REDIS_URL", raising=False)
        home = Home(tmp_path_factory.mktemp("stand")).create()
        patch.setenv("TRAINYARD_HOME", str(home.root))
        server = Server(home)
        server.start()
        yard = Yard.open(home)
        writer = Writer(yard, save(yard), total_steps=100_000)
        made = Stand(home, server, yard, writer)
        with made.web, made.recorder:
            made.record()
            made.serve()
            writer.begin()
            writer.steps(100)
            made.stored(100)
            yield made
        writer.close()
        yard.close()
        server.stop()


def test_a_restarted_dashboard_goes_on_where_the_page_is(stand: Stand) -> None:
    with tab(stand.dashboard, [stand.writer.run_id]) as page:
        stand.shows_all(page)
        stand.web.close()
        stand.writer.steps(30)
        stand.serve()
        before = len(page.headers)
        stand.writer.steps(10)
        stand.shows_all(page)
        kinds = page.kinds()[before:]
        assert "snapshot" not in kinds, "what the page had was not sent again"
        page.until(lambda: "info" in page.kinds()[before:])


def test_redis_comes_back_with_its_data(stand: Stand) -> None:
    with tab(stand.dashboard, [stand.writer.run_id]) as page:
        stand.shows_all(page)
        assert stand.server.process is not None
        stand.server.process.kill()
        stand.server.process.wait()
        stand.writer.steps(30)
        stand.server.start()
        stand.writer.steps(10)
        stand.shows_all(page)


def test_redis_comes_back_empty(stand: Stand) -> None:
    with tab(stand.dashboard, [stand.writer.run_id]) as page:
        stand.shows_all(page)
        with connect(stand.home) as redis:
            redis.flushall()
        stand.writer.steps(30)
        page.close()
        stand.shows_all(page)
        stand.writer.steps(10)
        stand.shows_all(page)


def test_a_recorder_that_is_behind_hides_nothing(stand: Stand) -> None:
    run = stand.writer.run_id
    with tab(stand.dashboard, [run]) as page:
        stand.shows_all(page)
        stand.recorder.close()
        stand.writer.steps(500)
        stand.shows_all(page)
        page.close()
        stand.writer.steps(20)
        stand.shows_all(page)
        with tab(page.dashboard, [run]) as fresh:
            stand.shows_all(fresh)
            fresh.say({"window": 1, "run": run, "from": 1, "to": 10**6, "px": 4000})
            fresh.until(lambda: 1 in fresh.windows)
            steps = fresh.windows[1][1]["train/loss"].steps
            assert list(steps) == list(range(1, stand.writer.step + 1))
        page.close()
        stand.record()
        stand.stored(stand.writer.step)
        stand.writer.steps(5)
        stand.shows_all(page)


def test_a_page_that_claims_what_nobody_said_gets_a_snapshot(stand: Stand) -> None:
    run = stand.writer.run_id
    for claimed in ([1, 10**9], [7, 1]):
        with tab(
            stand.dashboard,
            [run],
            positions={run: claimed},
        ) as page:
            stand.shows_all(page)
            assert page.kinds()[0] == "snapshot"
