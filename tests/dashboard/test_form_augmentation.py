"""The Launch page shows real samples before and after augmentation, only where there is some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.services import inspector
from engine.config import RunConfig
from engine.settings.command import override
from jobs.yard import Yard
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

SECONDS = 60.0


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def test_eight_images_before_and_after() -> None:
    assert inspector().ask_preview(RunConfig(), SECONDS) is not None
    shown = texts(open_page("launch"))
    assert "What the model sees" in shown
    assert shown.count("data:image/png;base64,") == 16


CHANGED = {
    "iris_mlp": ("data.iris.augmentation.noise", "below each change"),
    "weather_lstm": ("data.weather.augmentation.noise", "data:image/svg+xml;base64,"),
    "tweets_small_rnn": ("data.tweets.token_dropout", "<mark>"),
}


@pytest.mark.parametrize("preset", CHANGED)
def test_rows_series_and_texts_before_and_after(preset: str) -> None:
    key, part = CHANGED[preset]
    page = open_page("launch", preset=preset)
    assert "What the model sees" not in texts(page)
    words = [f"preset={preset}", f"data.{key.split('.', 2)[2]}=0.3"]
    assert inspector().ask_preview(override(RunConfig(), words), SECONDS) is not None
    page = settled(page.text_input(key=key).set_value("0.3").run())
    shown = texts(page)
    assert "What the model sees" in shown
    assert part in shown


def test_another_model_is_no_new_question() -> None:
    assert inspector().ask_preview(RunConfig(), SECONDS) is not None
    other = override(RunConfig(), ["model=mlp", "training.epochs=3", "name=other"])
    assert inspector().ask_preview(other, 0) is not None


def test_nothing_is_shown_for_tables_and_unchanged_images() -> None:
    page = open_page("launch", preset="iris_mlp")
    assert "What the model sees" not in texts(page)
    page = settled(open_page("launch", preset="digits_mlp"))
    assert "What the model sees" not in texts(page)
