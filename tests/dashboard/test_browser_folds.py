"""A real browser on a cross-validation: the folds over each other, their mean and band, live."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.writer import Writer, save
from engine.config import RunConfig
from engine.events import Finished
from jobs.yard import Yard
from tests.dashboard import folding
from tests.dashboard.serving import Complaints, Dashboard

pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]

DRAWN = """() => {
  const data = document.querySelector('[data-chart=loss] .ty-plot')?.data ?? [];
  return data.filter(({ meta }) => meta).map(({ meta, name, x, y, opacity, fill }) =>
    ({ meta, name, x: Array.from(x), y: Array.from(y), opacity, fill }));
}"""
# Its x grows with the curve, its y only when it is drawn.
UNTIL = """([name, length]) => {
  const data = document.querySelector('[data-chart=loss] .ty-plot')?.data ?? [];
  return data.some((trace) => trace.name === name && trace.y.length >= length);
}"""


@pytest.fixture
def writer(yard: Yard) -> Iterator[Writer]:
    """Two folds are done, the third has begun."""
    config = RunConfig.model_validate({"name": "folds", **folding.SETTINGS})
    going = Writer(yard, save(yard, config))
    for event in [*folding.trained(1), *folding.trained(2), *folding.begun(3)]:
        going.emit(event)
    going.emit(folding.steps(3, 1, 10))
    going.step = 2 * folding.STEPS + 10
    going.hardware()
    yield going
    going.close()


def kind(page: Page, meta: str, name: str) -> list[dict[str, Any]]:
    """The traces of the loss chart of one kind, and of one metric."""
    found: list[dict[str, Any]] = page.evaluate(DRAWN)
    return [each for each in found if each["meta"] == meta and each["name"].startswith(name)]


@pytest.fixture
def page(browser: Browser, dashboard: Dashboard, writer: Writer) -> Iterator[Page]:
    """The page of that run, which must not complain."""
    profile = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened = profile.new_page()
    complaints = Complaints.of(opened)
    opened.goto(dashboard.url(f"/run?id={writer.run_id}"))
    opened.wait_for_function(UNTIL, arg=["train, fold 3", 10])
    yield opened
    assert complaints.texts == []
    profile.close()


def test_each_fold_is_a_thin_line_of_one_chart(page: Page) -> None:
    assert [each["name"] for each in kind(page, "fold", "train")] == [
        "train, fold 1", "train, fold 2", "train, fold 3",
    ]  # fmt: skip
    first, second, third = kind(page, "fold", "train")
    assert first["opacity"] == second["opacity"] < third["opacity"], "the one that trains"
    assert len(page.query_selector_all("[data-chart=loss]")) == 1
    assert not page.query_selector_all("[data-chart^=fold]")
    expect(page.locator("[data-fact=fold] dd")).to_have_text("3 / 3")
    expect(page.locator("[data-fact=epoch] dd")).to_have_text("1 / 2")
    # The machine counts the steps of all folds: it must not stretch their axis.
    expect(page.locator(".ty-strip-text").last).to_have_text(f"Step {folding.STEPS}")


def test_the_mean_and_its_band_grow_while_a_fold_trains(page: Page, writer: Writer) -> None:
    writer.emit(folding.steps(3, 11, 20))
    page.wait_for_function(UNTIL, arg=["train, fold 3", 20])
    (mean,) = kind(page, "mean", "train")
    assert mean["x"] == list(range(1, folding.STEPS + 1))
    for step in (1, 15, 20, 21, 40):
        folds = [1, 2, 3] if step <= 20 else [1, 2]
        values = [folding.loss(fold, step) for fold in folds]
        assert mean["y"][step - 1] == pytest.approx(statistics.fmean(values), rel=1e-5)
    (band,) = kind(page, "band", "train")
    assert band["fill"] == "toself"
    count = folding.STEPS
    assert band["x"] == [*mean["x"], *reversed(mean["x"])]
    spread = statistics.stdev(folding.loss(fold, 7) for fold in (1, 2, 3))
    assert band["y"][6] - mean["y"][6] == pytest.approx(spread, rel=1e-4)
    assert mean["y"][6] - band["y"][2 * count - 7] == pytest.approx(spread, rel=1e-4)
    expect(page.locator(".ty-legend")).to_contain_text("sample standard deviation")


def test_on_the_clock_folds_follow_each_other_and_all_can_be_taken_away(page: Page) -> None:
    page.get_by_title("Time of day").click()
    page.wait_for_function(
        "() => document.querySelector('[data-chart=loss] .ty-plot').layout.xaxis.type === 'date'"
    )
    assert not kind(page, "mean", "train")
    assert len(kind(page, "fold", "train")) == 3
    page.get_by_role("button", name="Step", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the points of Loss").click()
    rows = downloading.value.path().read_text().splitlines()
    assert sum(row.startswith('"train, fold 2",') for row in rows) == folding.STEPS


def test_after_the_end_all_folds_are_alike_and_the_result_stands_below(
    page: Page, writer: Writer
) -> None:
    for event in [folding.steps(3, 11, 20), *folding.trained(3)[2:]]:
        writer.emit(event)
    writer.emit(Finished(step=3 * folding.STEPS, reason="completed", message="all 3 folds done"))
    expect(page.locator(".ty-state")).to_have_text("Finished")
    expect(page.get_by_text("Mean ± deviation")).to_be_visible()
    expect(page.get_by_text("0.94 ± 0.02").first).to_be_visible()
    page.wait_for_function(UNTIL, arg=["train, fold 3", folding.STEPS])
    opacities = {each["opacity"] for each in kind(page, "fold", "train")}
    assert len(opacities) == 1, "after the end all folds are alike"


def test_runs_with_and_without_folds_are_compared_by_their_mean(
    browser: Browser, yard: Yard, dashboard: Dashboard, writer: Writer
) -> None:
    single = Writer(yard, save(yard))
    single.begin()
    single.steps(40)
    page = browser.new_page()
    page.goto(dashboard.url(f"/compare?runs={writer.run_id},{single.run_id}"))
    chart = "[data-chart=train-loss] .ty-plot"
    page.wait_for_function(
        f"() => {{ const data = document.querySelector('{chart}')?.data ?? [];"
        " return data.some(({ meta }) => meta === 'mean')"
        " && data.some(({ meta, x }) => !meta && x.length >= 40) }"
    )
    kinds = page.evaluate(
        f"() => document.querySelector('{chart}').data.map(({{ meta }}) => meta ?? '')"
    )
    assert sorted(kinds) == ["", "band", "mean"]
    assert not page.query_selector_all("[data-chart^=fold]")
    single.close()
    page.close()
