"""The Queue page: why runs wait, moved and commanded; commands on the other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import redis
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from engine.held import Held
from jobs import quarantine
from jobs.recorder import Recorder
from jobs.services import commands, queueing, runs
from jobs.services.machines import Presence
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts
from tests.dashboard.serving import Dashboard
from tests.jobs.speaker import Speaker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PATIENCE_MS = 60_000


@pytest.fixture
def pages(yard: Yard) -> Iterator[Yard]:
    """The services the pages of this test work with."""
    with fresh_yard():
        yield yard


def waiting(yard: Yard) -> list[str]:
    return [each.name for each in queueing.look(yard).waiting]


def click(page: AppTest, key: str) -> AppTest:
    return settled(page.button(key=key).click().run())


def train(yard: Yard, client: redis.Redis, run_id: str) -> Speaker:
    """The run trains, as far as the history knows."""
    speaker = Speaker(client, run_id)
    speaker.begin(total_steps=100)
    speaker.steps(1, 40)
    Presence("w1", "m1", "cpu", run_id).announce(client)
    record(yard, client)
    return speaker


def record(yard: Yard, client: redis.Redis) -> None:
    while Recorder(client, yard.history, yard.home).round():
        pass


@pytest.mark.usefixtures("client")
def test_an_empty_queue_says_what_to_do(pages: Yard) -> None:
    assert "Nothing waits" in texts(open_page("queue"))
    assert waiting(pages) == []


def test_the_queue_tells_what_trains_and_takes_commands(pages: Yard, client: redis.Redis) -> None:
    a, b, c = (story.launched(pages, name=name) for name in ("a", "b", "c"))
    train(pages, client, a)
    page = open_page("queue", selected=f"{b},{c}")
    assert "in about 1 min" in texts(page) or "in about 60 s" in texts(page)
    page = click(page, "priority.high")
    assert [each.priority for each in queueing.look(pages).waiting] == [10, 10]
    page = click(open_page("queue", selected=c), "front")
    assert waiting(pages) == ["c", "b"]
    page = click(open_page("queue", selected=c), "pause")
    assert runs.get(pages, c).status == "paused"
    page = click(page, "undo_op")
    assert runs.get(pages, c).status == "queued"
    page = click(open_page("queue"), "all.stop")
    assert waiting(pages) == []
    assert "2 runs stopped" in texts(page)
    click(page, "undo_op")
    assert waiting(pages) == ["c", "b"]


def test_what_no_worker_could_read_is_listed_and_discarded(
    pages: Yard, client: redis.Redis
) -> None:
    assert "Set aside" not in texts(open_page("queue"))
    for entry in (b"<b>bad</b>", b"worse", b"worst"):
        quarantine.set_aside(client, "rq:queue:trainyard", entry, "There is no such job.", "w1")
    before = quarantine.look(pages.redis)
    page = open_page("queue")
    assert "Set aside" in texts(page)
    assert r"**\<b\>bad\<\/b\>**" in texts(page)
    page = click(page, f"discard.1.{before[1].id}")
    assert [each.entry for each in quarantine.look(pages.redis)] == ["worst", "<b>bad</b>"]
    assert "1 entry discarded" in texts(page)
    page = click(page, "undo_aside")
    assert quarantine.look(pages.redis) == before
    page = click(page, "discard_really")
    assert quarantine.look(pages.redis) == []
    assert "3 entries discarded" in texts(page)
    page = click(page, "undo_aside_dismiss")
    assert "Set aside" not in texts(page)


def test_a_run_is_paused_resumed_and_tried_again_from_its_page(
    pages: Yard, client: redis.Redis
) -> None:
    run_id = story.launched(pages, name="mine")
    speaker = train(pages, client, run_id)
    page = click(open_page("run", id=run_id, tab="Changes"), "checkpoint")
    page = click(page, "pause")
    assert "waits for the run" in texts(page)
    assert runs.get(pages, run_id).status == "pausing"
    speaker.finish("paused")
    record(pages, client)
    page = open_page("run", id=run_id, tab="Changes")
    assert "it keeps its place" in texts(page)
    assert "took effect" in texts(page)
    click(page, "resume")
    assert runs.get(pages, run_id).status == "queued"
    commands.ask(pages, run_id, "stop")
    page = open_page("runs", selected=run_id)
    assert [button.key for button in page.button if button.key in ("stop", "pause")] == []
    click(page, "retry")
    assert runs.get(pages, run_id).status == "queued"


def test_when_a_run_that_is_held_or_pauses_frees_its_device(
    pages: Yard, client: redis.Redis
) -> None:
    run_id = story.launched(pages, name="mine")
    speaker = train(pages, client, run_id)
    assert queueing.look(pages).left == {run_id: pytest.approx(60, abs=5)}
    speaker.say(Held(why="The disk is full.", step=40))
    record(pages, client)
    assert runs.get(pages, run_id).status == "held"
    assert queueing.look(pages).left == {run_id: None}
    page = open_page("queue")
    assert "Held" in texts(page)
    assert "Unknown" in texts(page)
    commands.ask(pages, run_id, "pause")
    assert queueing.look(pages).left == {run_id: 0.0}
    assert "in a moment" in texts(open_page("queue"))


def test_a_run_that_failed_says_so_and_what_can_be_done(pages: Yard, client: redis.Redis) -> None:
    run_id = story.launched(pages, name="mine")
    train(pages, client, run_id).finish("failed")
    record(pages, client)
    page = open_page("run", id=run_id, tab="Changes")
    assert "It is not tried again by itself" in texts(page)
    page = click(page, "retry")
    assert runs.get(pages, run_id).status == "queued"
    assert "not tried again" not in texts(page)


@pytest.mark.alone
def test_runs_are_moved_by_mouse_and_keyboard(
    browser: Browser, dashboard: Dashboard, client: redis.Redis
) -> None:
    yard = Yard.open(dashboard.home)
    for name in ("one", "two", "three <b>&</b>"):
        story.launched(yard, name=name)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(dashboard.url("/queue"))
    expect(names(page)).to_have_text(["one", "two", "three <b>&</b>"], timeout=PATIENCE_MS)
    expect(page.get_by_text(re.compile("No worker is running"))).to_have_count(3)
    page.get_by_role("button", name="Move three <b>&</b> up").click()
    expect(names(page)).to_have_text(["one", "three <b>&</b>", "two"], timeout=PATIENCE_MS)
    # The focus stays with the run that moves.
    page.keyboard.press("Alt+ArrowUp")
    expect(names(page)).to_have_text(["three <b>&</b>", "one", "two"], timeout=PATIENCE_MS)
    rows = page.locator(".yard-wait:not(.yard-wait-head)")
    rows.nth(0).locator(".yard-grip").drag_to(rows.nth(2), target_position={"x": 90, "y": 45})
    expect(names(page)).to_have_text(["one", "two", "three <b>&</b>"], timeout=PATIENCE_MS)
    page.get_by_role("checkbox", name="Select two").click()
    page.get_by_role("button", name="Cancel").click()
    expect(names(page)).to_have_text(["one", "three <b>&</b>"], timeout=PATIENCE_MS)
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_text(["one", "two", "three <b>&</b>"], timeout=PATIENCE_MS)
    assert client.llen("rq:queue:trainyard") >= 2
    context.close()
    yard.close()


def names(page: Page) -> Locator:
    return page.locator(".yard-waiter a")
