"""The evaluation panel in Streamlit's harness: what each task shows, escaped, and empty states."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.panels.evaluation import numbers
from dashboard.panels.evaluation.figures import confusion, curves
from dashboard.panels.evaluation.gallery import png
from dashboard.panels.evaluation.tables import rows
from engine.config import Training
from engine.events import Curve, Evaluation, Example, Sample, Started, Table
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, texts

BY_STEPS = Training(evaluate_steps=10)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def shown(yard: Yard, task: str = "classification", **fields: Any) -> AppTest:
    """The page of a run whose test said these things."""
    run = story.launched(yard)
    started = Started.model_validate(
        {
            "task": task,
            "device": "cpu",
            "device_name": "A processor",
            "parameters": 1,
            "epochs": 1,
            "steps_per_epoch": 1,
            "total_steps": 1,
            "samples": {"train": 1},
            "classes": ["no", HOSTILE],
        }
    )
    said = Evaluation.model_validate({"split": "test", "epoch": 1, "metrics": {}, **fields})
    story.tell(yard, run, [started, said])
    return open_page("run", id=run)


def test_numbers_have_intervals_and_a_baseline_beside_them(services: Yard) -> None:
    page = shown(
        services,
        metrics={"accuracy": 0.9, "roc_auc": 0.95},
        intervals={"accuracy": [0.85, 0.94]},
        baseline_name=HOSTILE,
        baseline={"accuracy": 0.8},
    )
    said = texts(page)
    assert "0.9000<small>0.850 to 0.940</small>" in said
    assert "0.8000" in said
    assert "&lt;img" in said
    assert "<img src=x" not in said


def test_a_test_of_classes_has_four_pictures_and_its_classes(services: Yard) -> None:
    curve = Curve(label=HOSTILE, x=[0, 0.5, 1], y=[0, 0.5, 1])
    page = shown(
        services,
        metrics={"accuracy": 0.5},
        confusion=[[1, 2], [3, 4]],
        roc=[curve],
        precision_recall=[curve],
        calibration=[curve],
        tables=[Table(name="Classes", columns=["Class", "F1"], rows=[["no", 0.5]])],
        worst=[Example(place=7, truth="no", prediction=HOSTILE, loss=2.0, text=HOSTILE)],
    )
    charts = page.get("plotly_chart")
    assert len(charts) == 4
    assert all("<img" not in chart.proto.spec for chart in charts)
    said = texts(page)
    assert "<h5>Classes</h5>" in said
    assert "#7" in said
    assert "<img" not in said


def test_texts_a_model_wrote_are_text(services: Yard) -> None:
    page = shown(
        services,
        "language_modelling",
        metrics={"loss": 1.5, "perplexity": 4.5},
        samples=[Sample(prompt="To be\n", text=f"or not {HOSTILE}")],
    )
    said = texts(page)
    assert "<mark>To be\n</mark>or not &lt;img" in said
    assert "Perplexity" in said


def test_tables_of_a_task_are_drawn_whole_with_their_notes(services: Yard) -> None:
    page = shown(
        services,
        "rating",
        metrics={"rmse": 0.9, "ndcg_at_10": 0.1},
        targets=[1.0, 2.0],
        predictions=[1.5, 2.5],
        tables=[
            Table(name="User 1", columns=["title", "rating"], rows=[["A film", 4.25]], note="seen"),
            Table(name="Wide", columns=[str(i) for i in range(11)], rows=[[HOSTILE] * 11]),
            Table(name="None", columns=["a"], rows=[]),
        ],
    )
    said = texts(page)
    for part in ("User 1", "A film", "4.250", "Seen", "Wide", "Nothing to show", "NDCG at 10"):
        assert part in said
    assert "<img" not in said
    assert len(page.get("plotly_chart")) == 2


def test_rows_of_a_table_show_their_features(services: Yard) -> None:
    worst = Example(place=3, truth="1", prediction="2", loss=1.0, features={"age": 37.0})
    said = texts(shown(services, "regression", metrics={"mse": 1.0}, worst=[worst]))
    assert "age" in said
    assert '<td class="number">37</td>' in said


def test_what_is_missing_leaves_no_hole(services: Yard) -> None:
    page = shown(services, metrics={"loss": float("nan")})
    assert "Worst samples" not in texts(page)
    assert len(page.get("plotly_chart")) == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_become_a_picture_that_any_program_reads(channels: int) -> None:
    pixels = [[[10 * y + x] * channels for x in range(5)] for y in range(4)]
    head, _, body = png(pixels).partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(b64decode(body))) as image:
        assert image.size == (5, 4)
        assert image.convert("RGB").getpixel((3, 2)) == (23, 23, 23)


def test_a_matrix_of_many_classes_stays_on_the_screen() -> None:
    counts = [[int(i == j) for j in range(100)] for i in range(100)]
    figure = confusion.confusion(counts, [f"class {i}" for i in range(100)])
    assert figure.layout.height <= 600
    assert figure.data[0].text is None
    assert figure.data[0].customdata[99][99] == "true class 99, predicted class 99: 1"
    few = confusion.confusion([[5, 1], [2, 4]], ["no", HOSTILE])
    assert few.data[0].text[0][0].startswith("5<br>")
    assert "<img" not in str(few.to_json())


def test_the_hardest_of_many_classes_are_named_as_such() -> None:
    drawn = [Curve(label=str(i), x=[0, 1], y=[0, 1]) for i in range(10)]
    assert "10 hardest classes" in curves.roc(drawn, 100).layout.title.text
    assert "hardest" not in curves.roc(drawn, 10).layout.title.text


def test_a_column_of_whole_numbers_has_no_digits_behind_the_point() -> None:
    table = Table(name="t", columns=["n", "x"], rows=[[3.0, 0.5], [1200.0, 1.0], [5.0]])
    shown_rows = [[getattr(cell, "text", cell) for cell in row] for row in rows(table)]
    assert shown_rows == [["3", "0.5000"], ["1,200", "1.000"], ["5", ""]]


def test_best_and_last_are_one_column_when_they_are_the_same() -> None:
    def at(step: int, loss: float) -> Evaluation:
        return Evaluation(split="validation", epoch=1, step=step, metrics={"loss": loss})

    assert [c.title for c in numbers._columns([at(10, 0.5)], BY_STEPS)] == ["Best (step 10)"]
    titles = [c.title for c in numbers._columns([at(10, 0.5), at(20, 0.9)], BY_STEPS)]
    assert titles == ["Best (step 10)", "Last (step 20)"]
