"""A person's own file: dropped on the page, looked at, kept, trained on, tested."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.dashboard.serving import Complaints
from tests.engine.writings import story
from tests.engine.zips import flowers, pack
from tests.whole.conftest import Trainyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE_MS = 90_000
RUN_MS = 280_000

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def customers(file: Path) -> Path:
    """Mixed types, missing cells, a text, an id with leading zeros; `churned` can be learned."""
    chance = random.Random(7)
    lines = ["id,email,joined,age,income,plan,comment,churned"]
    for number in range(900):
        plan = chance.choice(["basic", "plus", "pro"])
        age = "" if chance.random() < 0.08 else str(int(chance.gauss(42, 12)))
        income = f"{chance.lognormvariate(10.4, 0.5):.2f}"
        comment = chance.choice(['"slow, and dear"', "very happy", "nobody answers", ""])
        churned = chance.random() < (0.95 if plan == "basic" else 0.05)
        day = f"20{chance.randint(18, 25)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        cells = (f"{number:06d}", f"u{number}@mail.org", day, age, income, plan, comment)
        lines.append(",".join((*cells, "yes" if churned else "no")))
    file.write_text("\n".join(lines) + "\n")
    return file


def messages(file: Path) -> Path:
    """Two kinds of texts, told apart by their words."""
    chance = random.Random(7)
    words = {
        "spam": ("win", "prize", "cash", "now", "free", "call", "claim", "urgent", "offer"),
        "ham": ("home", "later", "dinner", "train", "meet", "thanks", "tomorrow", "mum", "walk"),
    }
    lines = ["label\tmessage"]
    for _ in range(600):
        label = chance.choice(list(words))
        said = " ".join(chance.choices(words[label], k=8))
        lines.append(f"{label}\t{said}")
    file.write_text("\n".join(lines) + "\n")
    return file


def dropped(page: Page, file: Path) -> None:
    """Drops the file; the page that shows what was found is open then."""
    page.get_by_role("link", name="Data", exact=True).click()
    page.locator(".yard-drop input").set_input_files(file)
    page.get_by_role("button", name="Keep th").wait_for(timeout=PAGE_MS)


def kept(page: Page, file: Path) -> None:
    """Drops the file and keeps it; the page of the table is open then."""
    dropped(page, file)
    expect(page.get_by_text("First rows")).to_be_visible()
    page.get_by_role("button", name="Keep this table").click()
    page.locator(".yard-columns article").first.wait_for(timeout=PAGE_MS)


def aimed(page: Page, target: str) -> None:
    """Chooses what to predict and goes to the form."""
    page.get_by_role("combobox", name="Column to predict").click()
    page.get_by_role("option", name=target, exact=True).click()
    page.get_by_text(f"{target} is a class to predict").wait_for(timeout=PAGE_MS)
    page.get_by_role("button", name="Train on it").click()
    page.get_by_role("heading", name="Launch a run").wait_for(timeout=PAGE_MS)


def trained(page: Page, trainyard: Trainyard) -> dict[str, float]:
    """Presses Launch, watches to the end; the metrics of the test part."""
    launch = page.get_by_role("button", name="Launch", exact=True)
    expect(launch).to_be_enabled(timeout=PAGE_MS)
    launch.click()
    page.wait_for_url("**/run?id=*", timeout=PAGE_MS)
    expect(page.locator(".ty-state")).to_have_text("Finished", timeout=RUN_MS)
    page.get_by_text("Confusion matrix").first.wait_for(timeout=PAGE_MS)
    run = json.loads(trainyard.say("show", page.url.rsplit("=", 1)[1], "--json"))
    tested: dict[str, float] = run["test"]
    return tested


def written(page: Page, trainyard: Trainyard) -> None:
    """A small language model learns from the corpus that the form has."""
    for name, value in (("Layers", "1"), ("Width", "32"), ("Context", "32")):
        field = page.get_by_label(name, exact=True)
        field.fill(value)
        field.press("Enter")
    launch = page.get_by_role("button", name="Launch", exact=True)
    expect(launch).to_be_enabled(timeout=PAGE_MS)
    launch.click()
    page.wait_for_url("**/run?id=*", timeout=PAGE_MS)
    expect(page.locator(".ty-state")).to_have_text("Finished", timeout=RUN_MS)
    run = json.loads(trainyard.say("show", page.url.rsplit("=", 1)[1], "--json"))
    assert run["config"]["data"]["kind"] == "corpus"
    assert (run["config"]["model"]["layers"], run["config"]["data"]["context"]) == (1, 32)
    assert run["config"]["model"]["width"] == 32


@pytest.mark.timeout(900)
def test_files_of_ones_own_from_the_browser_to_test_metrics(
    browser: Browser, trainyard: Trainyard, tmp_path: Path
) -> None:
    trainyard.up()
    page = browser.new_page()
    page.set_default_timeout(PAGE_MS)
    complaints = Complaints.of(page)
    page.goto(trainyard.url)
    page.get_by_role("heading", name="Launch a run").wait_for(timeout=PAGE_MS)

    kept(page, customers(tmp_path / "customers.csv"))
    cards = page.locator(".yard-columns article")
    expect(cards).to_have_count(8)
    expect(cards.filter(has_text="email").first).to_contain_text("looks like e-mail addresses")
    expect(page.locator(".yard-histogram").first).to_be_visible()
    aimed(page, "churned")
    assert trained(page, trainyard)["accuracy"] > 0.9

    kept(page, messages(tmp_path / "messages.tsv"))
    aimed(page, "label")
    page.get_by_role("combobox", name="Text").click()
    page.get_by_role("option", name="message").click()
    assert trained(page, trainyard)["accuracy"] > 0.95

    (tmp_path / "story.txt").write_text(story(1_500))
    dropped(page, tmp_path / "story.txt")
    expect(page.get_by_text("How it begins")).to_be_visible()
    page.get_by_role("button", name="Keep this corpus").click()
    page.get_by_role("button", name="Train on it").click()
    page.get_by_role("heading", name="Launch a run").wait_for(timeout=PAGE_MS)
    written(page, trainyard)

    dropped(page, pack(tmp_path / "flowers.zip", flowers(40)))
    page.get_by_role("button", name="Keep these images").click()
    page.get_by_role("button", name="Train on it").click()
    page.get_by_role("heading", name="Launch a run").wait_for(timeout=PAGE_MS)
    assert trained(page, trainyard)["accuracy"] > 0.9

    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert [text for text in complaints.texts if "404 (Not Found)" not in text] == []
    page.close()
