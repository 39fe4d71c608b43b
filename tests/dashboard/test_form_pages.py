"""The Launch page in Streamlit's harness: every kind drawn, nothing lost, problems in place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.form.fields import fields, kind_of
from dashboard.form.places import places
from engine.config import RunConfig
from engine.presets import PRESETS
from engine.spec import Spec
from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

ROOT = Path(__file__).parents[2]
_TEACHES = {
    "binary_cross_entropy": "breast_cancer_logistic",
    "negative_sampling": "word2vec_small",
    "squared_error": "diabetes_mlp",
    "absolute_error": "diabetes_mlp",
    "huber": "diabetes_mlp",
}
"""presets on whose task a loss is offered"""
UNIONS = [item for item in fields(RunConfig) if item.shape == "union"]
KINDS = [(item.name, option) for item in UNIONS for option in item.options]


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def _keys(page: AppTest) -> set[str]:
    widgets = ("text_input", "number_input", "selectbox", "toggle", "button_group", "multiselect")
    return {str(found.key) for kind in widgets for found in page.get(kind)}


def _choose(page: AppTest, key: str, kind: str) -> AppTest:
    return settled(page.selectbox(key=key).set_value(kind).run())


@pytest.mark.parametrize(
    ("union", "option"), KINDS, ids=lambda value: getattr(value, "title", value)
)
def test_every_kind_is_drawn_with_all_its_fields(union: str, option: type[Spec]) -> None:
    kind = kind_of(option)
    begin = next((n for n, c in PRESETS.items() if getattr(c, union).kind == kind), "mnist_cnn")
    page = open_page("launch", preset=_TEACHES.get(kind, begin))
    page = _choose(page, union, kind)
    assert page.selectbox(key=union).value == kind_of(option)
    drawn = _keys(page)
    for place in places(option, union, f"{union}.{kind_of(option)}"):
        assert place.key in drawn or f"{place.key}.on" in drawn


def test_a_problem_stands_beside_its_widget_and_nothing_is_launched() -> None:
    page = open_page("launch")
    page = settled(page.text_input(key="optimizer.adamw.learning_rate").set_value("fast").run())
    assert any("fast" in caption.value for caption in page.caption)
    assert page.button(key="launch").disabled
    page = settled(page.text_input(key="optimizer.adamw.learning_rate").set_value("1e-3").run())
    assert not page.button(key="launch").disabled
    assert "fast" not in texts(page)


def test_nothing_typed_is_lost_by_looking_at_another_kind() -> None:
    page = open_page("launch")
    page = settled(page.text_input(key="optimizer.adamw.learning_rate").set_value("0.007").run())
    page = _choose(page, "optimizer", "sgd")
    page = settled(page.text_input(key="optimizer.sgd.momentum").set_value("0.3").run())
    page = _choose(page, "optimizer", "adamw")
    assert page.text_input(key="optimizer.adamw.learning_rate").value == "0.007"
    page = _choose(page, "optimizer", "sgd")
    assert page.text_input(key="optimizer.sgd.momentum").value == "0.3"


def test_only_models_that_fit_are_offered_and_the_others_are_named() -> None:
    page = _choose(open_page("launch"), "data", "diabetes")
    assert page.selectbox(key="model").options == ["Linear regression", "MLP"]
    assert "Not offered: Logistic regression, CNN" in texts(page)
    page = _choose(page, "data", "mnist")
    assert page.selectbox(key="model").value == "cnn"


def test_an_optional_group_opens_with_its_switch() -> None:
    page = open_page("launch")
    assert "training.early_stopping.patience" not in _keys(page)
    page = settled(page.toggle(key="training.early_stopping.on").set_value(True).run())
    assert page.number_input(key="training.early_stopping.patience").value == 5


def test_an_old_run_fills_the_form_and_changes_are_marked(services: Yard) -> None:
    settings = {"name": "old one", "optimizer": {"kind": "sgd", "learning_rate": 0.05}}
    old = runs.launch(services, RunConfig.model_validate(settings))
    page = open_page("launch", **{"from": old})
    rate = page.text_input(key="optimizer.sgd.learning_rate")
    assert rate.value == "0.05"
    page = settled(rate.set_value("0.01").run())
    assert "was 0\\.05" in page.text_input(key="optimizer.sgd.learning_rate").label


def test_a_name_that_was_filled_in_goes_with_the_model_and_one_that_was_typed_stays() -> None:
    page = open_page("launch", preset="digits_mlp")
    filled = page.text_input(key="name")
    assert filled.value == PRESETS["digits_mlp"].name
    page = settled(page.selectbox(key="model").set_value("logistic_regression").run())
    assert page.text_input(key="name").value == ""
    assert "on Digits" in page.text_input(key="name").placeholder
    page = settled(page.text_input(key="name").set_value("mine").run())
    page = settled(page.selectbox(key="model").set_value("mlp").run())
    assert page.text_input(key="name").value == "mine"


def test_pressing_launch_saves_one_run_and_shows_it(services: Yard) -> None:
    page = open_page("launch")
    page = settled(page.number_input(key="training.epochs").set_value(3).run())
    page = settled(page.button(key="launch").click().run())
    (run,) = runs.list(services)
    assert run.config.training.epochs == 3
    assert page.query_params["id"] == run.id


NEW_CLASS = '''

class Lion(OptimizerSpec):
    """Sign of a momentum (Chen et al., 2023)."""

    title: ClassVar[str] = "Lion"
    kind: Literal["lion"] = "lion"
    learning_rate: LearningRate = 1e-4
    sharpness: float = Field(0.5, ge=0, le=1, description="made up for this test")

    def build(self, model: nn.Module) -> TorchOptimizer:
        raise NotImplementedError


Descent = Sgd | Lion
'''

LOOK = """
from tests.dashboard.paging import open_page, settled
page = open_page("launch")
page = settled(page.selectbox(key="optimizer").set_value("lion").run())
print(page.text_input(key="optimizer.lion.sharpness").value)
page = settled(page.text_input(key="optimizer.lion.sharpness").set_value("2").run())
print(page.button(key="launch").disabled)
"""


def test_a_new_optimizer_is_one_class_and_the_form_has_it(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "engine", copy / "engine")
    for part in ("jobs", "dashboard", "tests"):
        (copy / part).symlink_to(ROOT / part)
    with (copy / "engine" / "optim" / "descent.py").open("a") as file:
        file.write(NEW_CLASS)
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=copy, capture_output=True, text=True, timeout=120
    )
    assert looked.stdout.split() == ["0.5", "True"], looked.stderr


def test_the_pages_never_load_torch() -> None:
    code = (
        "import sys; from tests.dashboard.paging import open_page\n"
        "for name in ('launch', 'runs', 'run', 'machines'): open_page(name)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
