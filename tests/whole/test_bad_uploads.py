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
PAGE_MS = 90_000
_KEEP = re.compile("Keep th|Accept what is lost")
MOST_SECONDS = 10

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def chosen() -> list[Made]:
    """Half of them hand-made, from all over the list, half damaged at random."""
    kinds = made()
    by_hand = kinds[:: max(1, len(kinds) // (FILES // 2))][: FILES // 2]
    return [*by_hand, *(damaged(kinds, 20_000 + n) for n in range(FILES - len(by_hand)))]


def answer(page: Page, file: Path) -> str:
    """Drops the file on the page and leaves it again; what the page made of it."""
    page.locator(".yard-drop input").set_input_files(file)
    leave = page.get_by_role("button", name="Leave this file")
    leave.wait_for(timeout=PAGE_MS)
    refused = page.get_by_text("This file is not kept as it is")
    said = "refused" if refused.count() else "read"
    if said == "read":
        expect(page.get_by_role("button", name=_KEEP)).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    leave.click()
    page.locator(".yard-drop input").wait_for(state="attached", timeout=PAGE_MS)
    return said


@pytest.mark.timeout(1500)
def test_two_hundred_bad_files_from_the_browser(
    browser: Browser, trainyard: Trainyard, tmp_path: Path
) -> None:
    trainyard.up()
    page = browser.new_page()
    page.set_default_timeout(PAGE_MS)
    complaints = Complaints.of(page)
    statuses: Counter[int] = Counter()
    page.on("response", lambda response: statuses.update([response.status // 100]))
    page.goto(trainyard.url)
    page.get_by_role("heading", name="Launch a run").wait_for()
    page.get_by_role("link", name="Data", exact=True).click()
    answers: Counter[str] = Counter()
    for number, one in enumerate(chosen()):
        file = tmp_path / str(number) / one.name
        file.parent.mkdir()
        file.write_bytes(one.content)
        begun = time.monotonic()
        answers[answer(page, file)] += 1
        assert time.monotonic() - begun < MOST_SECONDS, one
    assert sum(answers.values()) == FILES
    assert min(answers["refused"], answers["read"]) > 40
    assert statuses[5] == 0
    assert complaints.texts == []
    data = trainyard.home.data
    assert [each.name for each in data.iterdir() if each.name.startswith((".upload", ".new"))] == []
    page.close()
