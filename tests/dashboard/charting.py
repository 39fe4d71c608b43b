"""A dashboard with one run of many points, and words for what a test asks of its charts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from bench.writer import Writer
from tests.dashboard.serving import Complaints

POINTS = 120_000
SPIKE = 9.0
SPIKE_STEP = 74_161
"""at no round place"""
PLOT = "[data-chart={}] .ty-plot"
LOSS = PLOT.format("loss")
KEY = "[data-chart=loss] .ty-key"
READY = f"() => document.querySelector('{LOSS}')?.data?.length"
NEWEST = f"() => document.querySelector('{LOSS}').data[0].x.at(-1)"
REACHED = f"(step) => document.querySelector('{LOSS}').data[0].x.at(-1) >= step"
SEEN = f"""() => {{
  const {{ data, layout }} = document.querySelector('{LOSS}');
  const [from, to] = layout.xaxis.range;
  const {{ x, y }} = data[0];
  const points = Array.from(x, (step, i) => [step, y[i]]).filter(([step]) => step >= from && step <= to);
  return {{ from, to, points, range: layout.yaxis.range, sign: document.querySelector('[data-chart=loss] .ty-sign').textContent }};
}}"""  # noqa: E501
CLOSE = f"""(before) => {{
  const {{ data, layout }} = document.querySelector('{LOSS}');
  const [from, to] = layout.xaxis.range;
  const {{ x }} = data[0];
  const margin = 0.06 * (to - from) + 3;
  const sign = document.querySelector('[data-chart=loss] .ty-sign').textContent;
  return to - from < before && (sign === 'every point' || (x[0] >= from - margin && x[x.length - 1] <= to + margin));
}}"""  # noqa: E501
"""the answer to a zoom is on the screen"""


def write_long(writer: Writer) -> None:
    """A run of POINTS steps, of which one stands out."""
    writer.begin()
    for first in range(0, POINTS, 1_000):
        before = (SPIKE_STEP - 1) - first
        if 0 <= before < 1_000:
            writer.steps(before)
            writer.steps(1, loss=SPIKE)
            writer.steps(999 - before)
        else:
            writer.steps(1_000)


def seen(page: Page) -> dict[str, Any]:
    """The visible stretch of the loss: its edges, its points, the y range, the sign."""
    found: dict[str, Any] = page.evaluate(SEEN)
    return found


def drag(page: Page, low: float, high: float, chart: str = LOSS) -> None:
    """Zooms to a stretch of x with the mouse."""
    box = page.locator(chart).bounding_box()
    assert box is not None
    left, right = page.evaluate(
        f"([low, high]) => {{ const [from, to] = document.querySelector('{chart}')"
        ".layout.xaxis.range; return [low, high].map((x) => (x - from) / (to - from)) }",
        [low, high],
    )
    # The margins of figure.js.
    start, width, y = box["x"] + 60, box["width"] - 74, box["y"] + 90
    page.mouse.move(start + max(0.0, left) * width, y)
    page.mouse.down()
    page.mouse.move(start + (left + right) / 2 * width, y)
    page.mouse.move(start + min(1.0, right) * width, y)
    page.mouse.up()


def zooms() -> int:
    """How often a stretch is quartered until single steps are seen."""
    return math.ceil(math.log(POINTS / 8, 4))


TOLD = """(step) => parseInt(
  document.querySelector('[data-fact=step] dd').textContent.replaceAll(',', '')) >= step"""
"""the headline has reached a step"""


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page in a fresh profile that must not complain."""
    profile = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **context})
    page = profile.new_page()
    complaints = Complaints.of(page)
    page.goto(url)
    yield page
    assert complaints.texts == []
    profile.close()
