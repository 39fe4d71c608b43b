"""Alerts on the pages: listed, counted, escaped, marked in a browser and leading to their step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engine.events import Alert, Finished
from jobs.cli import build
from jobs.notify import channels
from jobs.notify.channels import Channel
from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, texts
from tests.dashboard.serving import Complaints, Dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECONDS = 150_000
"""of a busy machine, in milliseconds"""
NASTY = "<img src=x onerror=alert(1)>"
SPIKE = Alert(step=60, code="loss-spike", message="the loss jumped to 4.3 at step 60")
FAILED = Finished(step=150, reason="failed", message="loss became NaN")
FULL = Alert(step=90, code="disk-full", level="error", message=f"the disk is full {NASTY}")


def alerted(yard: Yard) -> str:
    run_id = story.launched(yard, name=f"run {NASTY}")
    story.tell(yard, run_id, [*story.trained(yard, run_id), SPIKE, SPIKE, FULL])
    return run_id


def test_the_page_of_all_alerts_says_what_is_open_and_who_is_told(yard: Yard) -> None:
    with fresh_yard():
        assert "Nothing yet" in texts(open_page("alerts"))
        alerted(yard)
        over = story.launched(yard, name="over")
        story.tell(yard, over, [*story.trained(yard, over), SPIKE, FAILED])
        channels.add(
            yard.home,
            Channel(name="team", kind="slack", address="https://hooks.slack.com/T0/secret"),
        )
        page = open_page("alerts")
    lists = [found.proto.body for found in page.get("html") if "yard-notices" in found.proto.body]
    opened, told = lists
    assert opened.count("<li>") == 2
    assert told.count("<li>") == 4
    assert "<b>Failed.</b> Loss became NaN." in told
    assert NASTY not in opened + told
    assert "hooks.slack.com" in texts(page)
    assert "secret" not in texts(page)


def test_the_command_line_counts_and_lists_them(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = alerted(yard)
    monkeypatch.setenv("TRAINYARD_HOME", str(yard.home.root))
    for words in (["runs", "--json"], ["show", run_id]):
        build()(words, standalone_mode=False)
    out = capsys.readouterr().out
    assert '"alerts": 2' in out
    assert "warning    step 60: the loss jumped to 4.3 at step 60" in out
    assert out.index("error      step 90") < out.index("warning    step 60"), "newest first"


@pytest.mark.alone
@pytest.mark.timeout(600)
def test_a_click_on_an_alert_shows_its_step(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    run_id = alerted(yard)
    assert runs.get(yard, run_id).status == "running"
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(SECONDS)
    complaints = Complaints.of(page)
    page.goto(dashboard.url(f"/run?id={run_id}"))
    page.get_by_role("button", name="2 alerts").click(timeout=SECONDS)
    lines = page.locator(".ty-alert-list li")
    expect(lines).to_have_count(2, timeout=SECONDS)
    expect(lines.first).to_contain_text(NASTY)
    expect(lines.first.get_by_role("img", name="Error")).to_be_visible()
    lines.last.get_by_role("button", name="Step 60").press("Enter")
    page.get_by_role("button", name="Reset zoom").wait_for()
    page.goto(dashboard.url("/runs"))
    expect(page.get_by_role("img", name="2 alerts")).to_be_visible(timeout=SECONDS)
    assert [text for text in complaints.texts if "404 (Not Found)" not in text] == []
    page.close()
