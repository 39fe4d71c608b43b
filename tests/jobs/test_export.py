"""Points as files: complete, typed, in pieces; folds, attempts, NaN and gaps as they are."""

from __future__ import annotations

import csv
import io
import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Evaluation, Hardware, Steps
from jobs.events import Claimed, Record
from jobs.export import points as exported
from jobs.export.files import Format, pieces
from jobs.export.points import Shape, tables
from jobs.history.points import Points
from jobs.home import Home
from jobs.recording import chunks
from jobs.recording.store import Heard, store
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import save

SAMPLE = Hardware(step=4, cpu=1.0, process_cpu=1.0, memory_used=1, memory_total=2, process_memory=1)
CLAIMED = Claimed(attempt=1, worker="w", machine="m", device="cpu")


def steps(first: int, last: int, values: list[float] | None = None, fold: int = 0) -> Steps:
    """Steps of `train/loss`; the value is the step, or those given."""
    numbers = range(first, last + 1)
    return Steps(
        step=last,
        epoch=1,
        seconds=[1_700_000_000.125 + each for each in numbers],
        metrics={"train/loss": values or [float(each) for each in numbers]},
        fold=fold,
    )


@pytest.fixture
def run_id(yard: Yard) -> str:
    """Two attempts, the second from step 3 on, with a NaN, an infinity, samples, a validation."""
    name = save(yard)
    first: list[Record] = [CLAIMED, steps(1, 4, [1.0, math.nan, math.inf, 4.0]), SAMPLE]
    again: list[Record] = [CLAIMED, steps(3, 6), SAMPLE]
    again.append(
        Evaluation(step=6, epoch=1, split="validation", metrics={"loss": 0.1}, time=1_700_000_099.0)
    )
    with yard.history.writing() as connection:
        for attempt, events in enumerate((first, again), 1):
            store(connection, name, [Heard(attempt, i, each) for i, each in enumerate(events, 1)])
    return name


def frame(yard: Yard, run_id: str, shape: Shape, form: Format = "parquet") -> pd.DataFrame:
    """The file, read by pandas."""
    content = io.BytesIO(b"".join(pieces(tables(yard.history, run_id, shape), form)))
    if form == "csv":
        return pd.read_csv(content, keep_default_na=False, na_values=[""])
    return pyarrow.parquet.read_table(content).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_long_has_every_point_once(yard: Yard, run_id: str, form: Format) -> None:
    found = frame(yard, run_id, "long", form)
    losses = found[found["metric"] == "train/loss"]
    assert losses["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert losses["attempt"].tolist() == [1, 1, 1, 1, 2, 2]
    assert losses["seconds"].tolist() == [1_700_000_000.125 + each for each in range(1, 7)]
    values = losses["value"].astype(object).tolist()
    assert [float(each) for each in values[2:]] == [math.inf, 4.0, 5.0, 6.0]
    assert math.isnan(float(values[1]))
    assert (found["metric"] == "hardware/cpu").sum() == 2, "two samples of one step are two facts"
    assert len(found[found["metric"] == "validation/loss"]) == 1


def test_types_are_those_of_the_points(yard: Yard, run_id: str) -> None:
    long, _ = tables(yard.history, run_id, "long")
    assert [str(each) for each in long.types] == [
        *("string", "int32", "int32", "int32", "double", "float")
    ]
    wide, _ = tables(yard.history, run_id, "wide")
    assert wide.names == ["fold", "step", "seconds", "train/loss", "validation/loss"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_wide_tells_a_gap_from_a_nan(yard: Yard, run_id: str, form: Format) -> None:
    content = b"".join(pieces(tables(yard.history, run_id, "wide"), form))
    if form == "csv":
        lines = content.decode().splitlines()
        assert lines[2] == "0,2,1700000002.125,nan,"
        assert lines[6] == "0,6,1700000006.125,6,0.1"
        return
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert table["validation/loss"].null_count == 5
    assert table["train/loss"].null_count == 0
    assert math.isnan(table["train/loss"][1].as_py())


def test_folds_are_columns(yard: Yard) -> None:
    run_id = save(yard)
    told: list[Record] = [CLAIMED, steps(1, 3, fold=1), steps(1, 3, fold=2)]
    with yard.history.writing() as connection:
        store(connection, run_id, [Heard(1, seq, each) for seq, each in enumerate(told, 1)])
    long, wide = frame(yard, run_id, "long"), frame(yard, run_id, "wide")
    for found in (long, wide):
        assert found["fold"].tolist() == [1, 1, 1, 2, 2, 2]
        assert found["step"].tolist() == [1, 2, 3, 1, 2, 3]
    assert set(long["metric"]) == {"train/loss"}


def test_a_metric_may_be_called_like_a_column(yard: Yard) -> None:
    run_id = save(yard)
    with yard.history.writing() as connection:
        parts = {"step": [(1, Points.of([1], [2.0], [3.0]))]}
        chunks.append(connection, run_id, 1, parts)
    assert frame(yard, run_id, "wide")["step (metric)"].tolist() == [3.0]


CURVES = st.dictionaries(
    st.sampled_from(["train/loss", "validation/loss", "a"]),
    st.lists(st.integers(0, 40), min_size=1, max_size=30, unique=True).map(sorted),
    min_size=1,
)


@settings(max_examples=25, deadline=None)
@given(attempts=st.lists(CURVES, min_size=1, max_size=3), window=st.integers(1, 20))
def test_long_and_wide_say_what_the_pages_say(
    tmp_path_factory: pytest.TempPathFactory, attempts: list[dict[str, list[int]]], window: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exported, "WINDOW_POINTS", window)
        patch.setattr(exported, "PAGE_CHUNKS", 1)
        patch.setattr(chunks, "CHUNK_POINTS", 7)
        patch.delenv("TRAINYARD_DATABASE_URL", raising=False)
        yard = Yard.open(Home(tmp_path_factory.mktemp("home")))
        _compare(yard, attempts)
        yard.close()


def _compare(yard: Yard, attempts: list[dict[str, list[int]]]) -> None:
    run_id = _bare_run(yard)
    with yard.history.writing() as connection:
        for attempt, curves in enumerate(attempts, 1):
            for name, known in curves.items():
                parts = {
                    name: [(i, Points.of([s], [s], [s + attempt / 4])) for i, s in enumerate(known)]
                }
                chunks.append(connection, run_id, attempt, parts)
    shown = {
        name: dict(zip(each.steps.tolist(), each.values.tolist(), strict=True))
        for name, each in yard.history.curves(run_id).items()
    }
    long, wide = frame(yard, run_id, "long"), frame(yard, run_id, "wide")
    assert len(long) == sum(map(len, shown.values()))
    assert wide["step"].tolist() == sorted({step for each in shown.values() for step in each})
    for name, values in shown.items():
        mine = long[long["metric"] == name]
        assert dict(zip(mine["step"], mine["value"], strict=True)) == values
        there = wide[wide[name].notna()]
        assert dict(zip(there["step"], there[name], strict=True)) == values


def _bare_run(yard: Yard) -> str:
    from jobs.history import runs as rows

    row = {"id": "0" * 26, "name": "x", "config": "{}", "created": 0.0, "desired": "running"}
    with yard.history.writing() as connection:
        rows.add(connection, row)
    return "0" * 26


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_a_million_points_pass_through_little_memory(yard: Yard, shape: Shape) -> None:
    run_id, size = save(yard), 512
    with yard.history.writing() as connection:
        for first in range(1, 500_000, size):
            numbers = np.arange(first, first + size, dtype=np.int32)
            part = Points(numbers, numbers.astype(np.float64), (numbers * 0.25).astype(np.float32))
            curves = {name: [(first, part)] for name in ("train/loss", "train/rate")}
            chunks.append(connection, run_id, 1, curves)
    tracemalloc.start()
    written = sum(map(len, pieces(tables(yard.history, run_id, shape), "csv")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > 10_000_000
    assert peak < 40_000_000


def test_from_the_terminal(home: Home, yard: Yard, run_id: str, tmp_path: Path) -> None:
    long, wide, told = tmp_path / "long.parquet", tmp_path / "wide.csv", tmp_path / "run.json"
    trainyard("export", run_id, "--points", str(long), "--summary", str(told), home=home)
    assert len(pyarrow.parquet.read_table(long)) == len(frame(yard, run_id, "long"))
    trainyard("export", run_id, "--points", str(wide), "--wide", home=home)
    head = next(csv.reader(wide.read_text().splitlines()))
    assert head == ["fold", "step", "seconds", "train/loss", "validation/loss"]
    body = json.loads(told.read_text())
    assert (body["id"], len(body["attempts_made"])) == (run_id, 2)
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [
        *("long.parquet", "run.json", "wide.csv")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what to write"),
        (["--points", "points.txt"], "must end with .csv or .parquet"),
        (["--points", "nowhere/points.csv"], "cannot write"),
        (["--points", "-", "--metric", "nothing"], "It has: hardware/cpu"),
    ],
)
def test_what_cannot_be_written_is_said(
    home: Home, run_id: str, words: list[str], said: str
) -> None:
    answer = trainyard("export", run_id, *words, home=home)
    assert answer.returncode == 2
    assert said in " ".join(answer.stderr.split())
