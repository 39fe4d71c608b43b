"""What a stranger does: one command, the printed address, Launch, and watching to the end."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect

from jobs.yard import Yard
from tests.dashboard.serving import Complaints
from tests.jobs.launched import until
from tests.whole.conftest import Trainyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOSS = "[data-chart=loss] .ty-plot"
POINTS = f"() => document.querySelector('{LOSS}')?.data?.[0]?.x.length ?? 0"
RUN_SECONDS = 280_000

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def more_points(page: Page, than: int) -> int:
    """Waits until the loss curve has more points than that; how many it has then."""
    page.wait_for_function(f"(than) => ({POINTS})() > than", arg=than, timeout=60_000)
    count: int = page.evaluate(POINTS)
    return count


@pytest.mark.timeout(600)
def test_from_the_printed_address_to_the_confusion_matrix(
    browser: Browser, trainyard: Trainyard
) -> None:
    trainyard.up()
    contexts = [browser.new_context(color_scheme=scheme) for scheme in ("light", "dark")]
    light, dark = (context.new_page() for context in contexts)
    complaints = [Complaints.of(page) for page in (light, dark)]

    light.goto(trainyard.url)
    expect(light.get_by_role("button", name="Launch", exact=True)).to_be_enabled(timeout=60_000)
    assert "token" not in light.url
    light.get_by_role("button", name="Launch", exact=True).click()
    light.wait_for_url("**/run?id=*", timeout=60_000)
    dark.goto(trainyard.url)
    dark.goto(light.url)

    for page in (light, dark):
        page.evaluate("() => { window.sameDocument = true }")
        seen = more_points(page, 0)
        for _ in range(3):
            seen = more_points(page, seen)
    for page in (light, dark):
        expect(page.locator(".ty-state")).to_have_text("Finished", timeout=RUN_SECONDS)
        page.get_by_text("Confusion matrix").first.wait_for(timeout=30_000)
        expect(page.get_by_text("accuracy", exact=False).first).to_be_visible()
        assert page.evaluate("() => window.sameDocument"), "the page was loaded anew"
        expect(page.get_by_text("Traceback")).to_have_count(0)
    assert [heard.texts for heard in complaints] == [[], []]

    run = json.loads(trainyard.say("show", light.url.rsplit("=", 1)[1], "--json"))
    assert run["status"] == "finished"
    assert run["test"]["accuracy"] >= 0.97
    for context in contexts:
        context.close()


@pytest.mark.timeout(600)
def test_ctrl_c_saves_and_the_next_up_goes_on(trainyard: Trainyard) -> None:
    trainyard.up()
    run_id = trainyard.say(
        "launch", "preset=digits_mlp", "training.epochs=600", "hardware.threads=1"
    ).split()[0]
    yard = Yard.open(trainyard.home)
    until(lambda: yard.history.records(run_id, "evaluation"), "an evaluation")

    assert trainyard.ctrl_c() == 0
    assert trainyard.left() == []
    assert list((trainyard.home.run(run_id) / "checkpoints").glob("step-*")), "nothing was saved"
    before = yard.history.curve(run_id, "train/loss")
    assert json.loads(trainyard.say("show", run_id, "--json"))["status"] == "resuming"

    trainyard.up()
    until(lambda: len(yard.history.curve(run_id, "train/loss")) > len(before), "new points")
    assert json.loads(trainyard.say("show", run_id, "--json"))["attempt"] == 2
    trainyard.say("stop", run_id)
    until(
        lambda: (
            json.loads(trainyard.say("show", run_id, "--json"))["status"] in ("stopped", "finished")
        ),
        "the end",
    )
    after = yard.history.curve(run_id, "train/loss")
    assert after.steps.tolist() == list(range(1, len(after) + 1))
    assert after.values[: len(before)].tolist() == before.values.tolist()
    (resumed,) = [a for a in yard.history.attempts(run_id) if a.attempt == 2]
    assert resumed.resumed == "exact"
    yard.close()


@pytest.mark.timeout(600)
def test_a_killed_dashboard_comes_back_to_the_same_view(
    browser: Browser, trainyard: Trainyard
) -> None:
    trainyard.up()
    run_id = trainyard.say("launch", "preset=digits_mlp", "training.epochs=5000").split()[0]
    page = browser.new_page()
    page.goto(trainyard.url)
    page.goto(trainyard.url.split("?")[0] + f"run?id={run_id}")
    seen = more_points(page, 0)
    address = page.url
    for pid in trainyard.left():
        if "dashboard" in psutil.Process(pid).cmdline():
            psutil.Process(pid).send_signal(signal.SIGKILL)
    expect(page.locator(".ty-live > .ty-note")).to_contain_text("Reconnecting", timeout=30_000)
    expect(page.locator(".ty-live > .ty-note")).to_be_hidden(timeout=60_000)
    more_points(page, seen)
    assert page.url == address
    assert json.loads(trainyard.say("show", run_id, "--json"))["attempt"] == 1
    page.close()
