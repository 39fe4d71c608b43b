"""Two hundred bad files through a real browser: each is answered, and nothing breaks."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.bad.damaged import damaged
from tests.bad.made import Made, made
from tests.dashboard.serving import Complaints
from tests.whole.conftest import Trainyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FILES = 200
WINDOWS = 3
"""that upload at the same time"""
PAGE_MS = 90_000
_KEEP = re.compile("Keep th|Accept what is lost")
MOST_SECONDS = 30

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def chosen() -> list[Made]:
    """Half of them hand-made, from all over the list, half damaged at random."""
    kinds = made()
    by_hand = kinds[:: max(1, len(kinds) // (FILES // 2))][: FILES // 2]
    return [*by_hand, *(damaged(kinds, 20_000 + n) for n in range(FILES - len(by_hand)))]


def opened(browser: Browser, url: str) -> Page:
    """The Data page, in a window of its own."""
    page = browser.new_page()
    page.set_default_timeout(PAGE_MS)
    page.goto(url)
    page.get_by_role("heading", name="Launch a run").wait_for()
    page.get_by_role("link", name="Data", exact=True).click()
    page.locator(".yard-drop input").wait_for(state="attached")
    return page


def answer(page: Page) -> str:
    """What the page makes of the file that was dropped; left again afterwards."""
    leave = page.get_by_role("button", name="Leave this file")
    leave.wait_for()
    refused = page.get_by_text("This file is not kept as it is")
    said = "refused" if refused.count() else "read"
    if said == "read":
        expect(page.get_by_role("button", name=_KEEP)).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    leave.click()
    page.locator(".yard-drop input").wait_for(state="attached")
    return said


@pytest.mark.timeout(1500)
def test_two_hundred_bad_files_from_the_browser(
    browser: Browser, trainyard: Trainyard, tmp_path: Path
) -> None:
    trainyard.up()
    pages = [opened(browser, trainyard.url) for _ in range(WINDOWS)]
    complaints = [Complaints.of(page) for page in pages]
    statuses: Counter[int] = Counter()
    for page in pages:
        page.on("response", lambda response: statuses.update([response.status // 100]))
    answers: Counter[str] = Counter()
    for number, files in enumerate(batched(chosen(), WINDOWS)):
        begun = time.monotonic()
        for page, one in zip(pages, files, strict=False):
            file = tmp_path / f"{number}-{pages.index(page)}" / one.name
            file.parent.mkdir()
            file.write_bytes(one.content)
            page.locator(".yard-drop input").set_input_files(file)
        for page in pages[: len(files)]:
            answers[answer(page)] += 1
        assert time.monotonic() - begun < MOST_SECONDS, files
    assert sum(answers.values()) == FILES
    assert min(answers["refused"], answers["read"]) > 40
    assert statuses[5] == 0
    assert [each.texts for each in complaints] == [[]] * WINDOWS
    # The next one who adds a file also clears what an attendant that was killed has left.
    (tmp_path / "good.csv").write_text("a,b\n1,2\n")
    trainyard.say("data", "add", str(tmp_path / "good.csv"))
    data = trainyard.home.data
    assert [each.name for each in data.iterdir() if each.name.startswith((".upload", ".new"))] == []
    for page in pages:
        page.close()


def batched(files: list[Made], size: int) -> list[list[Made]]:
    """`size` at a time; Python 3.11 has no `itertools.batched`."""
    return [files[begin : begin + size] for begin in range(0, len(files), size)]
