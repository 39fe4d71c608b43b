"""Tables of one's own: as good as the same data built in, and measured on the training part."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data import BreastCancer, Diabetes, Iris, OwnTable
from engine.data.builtin import Builtin
from engine.data.cache import cache_folder
from engine.data.own.taken import taken_in
from engine.events import Evaluation, Started
from engine.outlook.summary import summarize
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.own_tables import built_in, moment, store
from tests.engine.small import PROJECT


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of this test alone."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))


SAME = [
    ("iris", Iris(), "iris_mlp"),
    ("breast_cancer", BreastCancer(), "breast_cancer_logistic"),
    ("diabetes", Diabetes(), "diabetes_linear"),
]


@pytest.mark.parametrize(("name", "data", "preset"), SAME, ids=[each[0] for each in SAME])
def test_a_file_trains_as_the_same_data_built_in(
    name: str, data: Builtin, preset: str, tmp_path: Path
) -> None:
    cells = built_in(name)
    lines = [cells, *zip(*cells.values(), strict=True)]
    file = tmp_path / "mine.csv"
    file.write_text("".join(f"{','.join(map(str, line))}\n" for line in lines))
    own = taken_in(RunConfig(data=OwnTable(table=str(file), target="target"))).data
    assert isinstance(own, OwnTable)
    theirs, mine = data.prepare(), own.prepare()
    for part in ("train", "validation", "test"):
        assert np.array_equal(mine.parts[part].places, theirs.parts[part].places)
        assert np.array_equal(mine.parts[part].targets, theirs.parts[part].targets)
        there, here = theirs.parts[part].inputs[0], mine.parts[part].inputs[0]
        assert np.abs(here - there).max() < 2e-5
    words = ["training.epochs=15", "hardware.device=cpu", "hardware.threads=1"]
    config = override(RunConfig(), [f"preset={preset}", *words])
    before = of_the_test(config)
    after = of_the_test(config.model_copy(update={"data": own}))
    assert after == pytest.approx(before, rel=2e-3)
    assert own.card.licence == "your own"


def of_the_test(config: RunConfig) -> dict[str, float]:
    (found,) = [e for e in train(config) if isinstance(e, Evaluation) and e.split == "test"]
    return found.metrics


def mixed(rows: int = 200) -> dict[str, list[object]]:
    """A table with a column of every kind, and with gaps."""
    draw = np.random.default_rng(0)
    age = draw.integers(18, 90, rows).tolist()
    colour = draw.choice(["red", "green", "blue", " red "], rows).tolist()
    price = (draw.random(rows) * 100).tolist()
    when = [moment(2020 + n % 4, 1 + n % 12, 1 + n % 28, n % 24) for n in range(rows)]
    return {
        "age": [None if n % 7 == 0 else value for n, value in enumerate(age)],
        "colour": [None if n % 11 == 0 else value for n, value in enumerate(colour)],
        "member": [n % 3 == 0 for n in range(rows)],
        "when": [None if n % 13 == 0 else value for n, value in enumerate(when)],
        "price": price,
        "note": [f"note {n}" for n in range(rows)],
        "good": ["yes" if a > 50 else "no" for a in age],
    }


def test_a_mixed_table_is_trained_on_and_says_what_was_done_to_it() -> None:
    cells = mixed()
    cells["good"][3] = None
    data = OwnTable(table=store(cells), target="good", missing_indicator=True, limit=150)
    config = override(
        RunConfig(data=data),
        ["model=mlp", "training.epochs=2", "training.batch_size=16", "hardware.device=cpu"],
    )
    assert problems(config) == []
    summary = summarize(config)
    events = list(train(config))
    (started,) = [event for event in events if isinstance(event, Started)]
    assert started.samples == summary.samples
    assert started.parameters == summary.parameters
    assert started.classes == ["no", "yes"]
    assert started.choices["rows"] == (
        "150 of 200: left out: 1 without good, 49 by limit or division"
    )
    assert started.choices["task"] == "classification: good is text"
    assert started.choices["columns"].startswith("5 of 6: age, colour")
    assert started.choices["missing"].startswith("mean: age 5")
    (test,) = [e for e in events if isinstance(e, Evaluation) and e.split == "test"]
    worst = test.worst[0]
    assert worst.features == {
        name: value
        for name in ("age", "colour", "price")
        if (value := cells[name][worst.place]) is not None
    } | {
        "member": str(cells["member"][worst.place]).lower(),
        **({"when": str(cells["when"][worst.place])} if cells["when"][worst.place] else {}),
    }


def engine(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m engine` in a folder of files."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, "-m", "engine", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_is_trained_on_from_the_command_line(tmp_path: Path) -> None:
    rows = [
        f"{n % 9};{n * 0.5:.1f};{('Ulm', 'Bern')[n % 2]};{n % 9 + 3 * (n % 2)}" for n in range(90)
    ]
    (tmp_path / "flats.csv").write_text("\n".join(["rooms;area, m2;city;price", *rows, ""]))
    words = ("data=table", "data.table=./flats.csv", "data.task=regression", "model=mlp")
    short = ("training.epochs=2", "hardware.device=cpu", "hardware.threads=1")
    done = engine(
        tmp_path, *words, *short, "data.target=price", 'data.features=["area, m2","city"]'
    )
    assert done.returncode == 0, done.stderr
    started = json.loads(done.stdout.splitlines()[0])
    assert started["choices"]["columns"].startswith("2 of 3: area, m2, city; left out: rooms")
    assert started["choices"]["categories"] == "one-hot: city 2"
    assert '"reason":"completed"' in done.stdout.splitlines()[-1]
    wrong = engine(tmp_path, *words, "data.target=prize")
    assert wrong.returncode == 2
    assert wrong.stderr == ("data.target: the table has no column prize; did you mean price?\n")
    missing = engine(tmp_path, "data=table", "data.table=flat.csv", "data.target=price")
    assert (missing.returncode, missing.stderr) == (2, "data.table: there is no file flat.csv\n")


def test_a_file_that_is_no_table_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(SettingsError, match=r"^data\.table: picture\.csv: "):
        taken_in(RunConfig(data=OwnTable(table=str(file), target="y")))
    assert not list((cache_folder() / "tables-v1").glob("*.tmp"))


def test_features_are_words_on_the_command_line() -> None:
    for text in ("a,b c", " a , b c", '["a", "b c"]'):
        data = override(RunConfig(), ["data=table", f"data.features={text}"]).data
        assert isinstance(data, OwnTable)
        assert data.features == ["a", "b c"]
