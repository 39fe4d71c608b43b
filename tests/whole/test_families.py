"""Every family, launched once from the form in a real browser and trained by a real worker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dashboard.text import number
from engine.presets import PRESETS
from tests.dashboard.serving import Complaints
from tests.whole.conftest import Trainyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE_MS = 90_000
RUN_MS = 280_000

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@dataclass(frozen=True)
class Family:
    """A preset, what its evaluation must show, and fewer epochs where it has many."""

    preset: str
    shows: tuple[str, ...]
    """selectors of Playwright, e.g. `text=Residuals`"""
    epochs: int | None = None


FAMILIES = (
    Family("iris_mlp", ("text=Confusion matrix", "text=setosa", "text=95 % confidence interval")),
    Family("breast_cancer_logistic", ("text=Calibration", "text=Worst samples"), epochs=20),
    Family("diabetes_linear", ("text=Predicted against true", "text=Residuals"), epochs=50),
    Family("mnist_cnn", ("text=ROC curves", ".yard-pictures img"), epochs=1),
    Family("mnist_resnet", ("text=Precision and recall", ".yard-pictures img"), epochs=1),
    Family("digit_rows_lstm", ("text=Confusion matrix", "text=Classes"), epochs=1),
    Family("tweets_small_rnn", ("text=TF-IDF + logistic regression", ".yard-cards article")),
    Family("bert_small", ("text=Confusion matrix", ".yard-cards article"), epochs=1),
    Family("gpt_small", ("text=What the model writes", ".yard-texts pre", "text=Perplexity")),
    Family("seq2seq_small", ("text=Translations", "text=Exact match"), epochs=1),
    Family("dates_t5_small", ("text=Translations", "text=Token error rate"), epochs=1),
    Family("word2vec_small", ("text=Nearest words",), epochs=1),
    Family("movielens_small_factorisation", ("text=Recommended to user", "text=RMSE"), epochs=1),
    Family("karate_gcn", ("text=without the graph", "text=Accuracy")),
)


def launched(page: Page, address: str, family: Family) -> str:
    """Fills the form from the preset, presses Launch; the address of the run's page."""
    config = PRESETS[family.preset]
    page.goto(f"{address}?preset={family.preset}")
    expect(page.locator(".st-key-name input")).to_have_value(config.name, timeout=PAGE_MS)
    if family.epochs is not None:
        page.locator(".st-key-training-epochs input").fill(str(family.epochs))
        page.keyboard.press("Enter")
        page.get_by_text(f"was {number(config.training.epochs)}").first.wait_for(timeout=PAGE_MS)
    launch = page.get_by_role("button", name="Launch", exact=True)
    expect(launch).to_be_enabled(timeout=PAGE_MS)
    launch.click()
    page.wait_for_url("**/run?id=*", timeout=PAGE_MS)
    return page.url


@pytest.mark.timeout(900)
def test_each_family_is_launched_trained_and_shown(browser: Browser, trainyard: Trainyard) -> None:
    trainyard.up()
    page = browser.new_page()
    complaints = Complaints.of(page)
    page.goto(trainyard.url)
    page.get_by_role("heading", name="Launch a run").wait_for(timeout=PAGE_MS)
    address = trainyard.url.split("?")[0]
    pages = {family: launched(page, address, family) for family in FAMILIES}
    for family, url in pages.items():
        page.goto(url)
        expect(page.locator(".ty-state"), family.preset).to_have_text("Finished", timeout=RUN_MS)
        for shown in family.shows:
            expect(page.locator(shown).first, family.preset).to_be_visible(timeout=PAGE_MS)
        expect(page.get_by_text("Traceback")).to_have_count(0)
    told = [
        json.loads(trainyard.say("show", url.rsplit("=", 1)[1], "--json")) for url in pages.values()
    ]
    assert [run["status"] for run in told] == ["finished"] * len(FAMILIES)
    assert all(run["evaluations"] for run in told)
    # A deep link makes Streamlit look for its server below the page's path first: two 404s.
    assert [text for text in complaints.texts if "404 (Not Found)" not in text] == []
    page.close()
