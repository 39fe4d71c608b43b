"""The command line as a person or a script uses it: real processes, real output."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import redis

from engine.events import Evaluation, Log, Sample, Table
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.services import runs
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import Speaker, loss, save


@pytest.fixture
def done(yard: Yard, client: redis.Redis) -> str:
    """A finished run of 20 steps with a hostile name and a hostile log line."""
    run_id = save(yard, "a\x1b[31mred [bold]name")
    speaker = Speaker(client, run_id)
    speaker.begin(total_steps=20)
    speaker.steps(1, 20)
    speaker.say(
        Evaluation(split="validation", epoch=1, step=20, metrics={"accuracy": 0.5}, time=50.0),
        Evaluation(
            split="test",
            epoch=1,
            step=20,
            metrics={"accuracy": 0.75},
            time=51.0,
            intervals={"accuracy": [0.7, 0.8]},
            baseline_name="a simple method",
            baseline={"accuracy": 0.625},
            samples=[Sample(prompt="To be", text=" or\n\x1b[31mnot")],
            tables=[Table(name="Neighbours", columns=["word", "near"], rows=[["dog", 0.5]] * 12)],
        ),
        Log(message="first line\nsecond \x1b]8;;http://evil\x07line", time=52.0),
    )
    speaker.finish(message="All epochs done.")
    while Recorder(client, yard.history, yard.home).round():
        pass
    return run_id


def test_runs_shows_a_table_and_json(home: Home, done: str) -> None:
    table = trainyard("runs", home=home)
    assert table.returncode == 0, table.stderr
    assert done in table.stdout
    assert "20/20" in table.stdout
    assert "accuracy 0.5" in table.stdout
    assert "\x1b" not in table.stdout
    assert "[bold]" in table.stdout
    listed = json.loads(trainyard("runs", "--json", "--status", "finished", home=home).stdout)
    assert [each["id"] for each in listed] == [done]
    assert listed[0]["best"] == {"metric": "validation/accuracy", "value": 0.5}
    assert json.loads(trainyard("runs", "--json", "--status", "failed", home=home).stdout) == []


def test_show_says_everything(home: Home, done: str) -> None:
    shown = trainyard("show", done[:10].lower(), home=home).stdout
    for part in ("finished: All epochs done.", "accuracy 0.75", "attempt 1", '"kind": "mnist"'):
        assert part in shown
    assert "\x1b" not in shown
    answer = json.loads(trainyard("show", done, "--json", home=home).stdout)
    assert answer["attempts_made"]
    assert answer["evaluations"]["test"]["intervals"] == {"accuracy": [0.7, 0.8]}
    assert len(answer["evaluations"]["test"]["tables"][0]["rows"]) == 12


def test_show_prints_what_was_measured_in_columns(home: Home, done: str) -> None:
    shown = trainyard("show", done, home=home).stdout.splitlines()
    (head,) = [line for line in shown if "a simple method" in line]
    row = shown[shown.index(head) + 1]
    assert row.split() == ["accuracy", "0.75", "0.7", "to", "0.8", "0.625"]
    assert row.index("0.75") == head.index("value")
    assert row.index("0.625") == head.index("a simple method")
    place = shown.index("it writes after 'To be':")
    assert shown[place + 1 : place + 3] == ["   or", "  �[31mnot"]
    place = shown.index("Neighbours")
    assert shown[place + 1].split() == ["word", "near"]
    assert shown[place + 2].split() == ["dog", "0.5"]
    assert "  ... and 2 more rows" in shown


def test_times_are_in_the_zone_of_the_reader(
    home: Home, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert "1970-01-01 09:16:40" in trainyard("show", done, home=home).stdout


def test_logs_are_harmless_lines(home: Home, done: str) -> None:
    said = trainyard("logs", done, home=home)
    assert "first line" in said.stdout
    assert "\x1b" not in said.stdout
    followed = trainyard("logs", done, "--follow", "--json", home=home)
    kinds = [json.loads(line)["kind"] for line in followed.stdout.splitlines()]
    assert kinds == ["claimed", "started", "log", "finished"]


def test_metrics_as_csv(home: Home, done: str) -> None:
    table = trainyard("metrics", done, "--csv", "--metric", "train/loss", home=home).stdout
    rows = list(csv.DictReader(table.splitlines()))
    assert list(rows[0]) == ["metric", "fold", "attempt", "step", "seconds", "value"]
    assert {(row["metric"], row["fold"], row["attempt"]) for row in rows} == {
        ("train/loss", "0", "1")
    }
    assert [float(row["value"]) for row in rows] == [loss(s) for s in range(1, 21)]
    assert "validation/accuracy" in trainyard("metrics", done, home=home).stdout


BAD = [
    (["show", "nothing"], "There is no run 'nothing'"),
    (["logs", "nothing"], "There is no run 'nothing'"),
    (["stop", "nothing"], "There is no run 'nothing'"),
    (["launch", "optimizer.lerning_rate=1"], "learning_rate"),
    (["launch", "optimizer.learning_rate=-1"], "optimizer.learning_rate"),
    (["launch", "training.batch_size=many"], "training.batch_size"),
    (["launch", "preset=nothing"], "mnist_cnn"),
    (["launch", "data=iris", "model=cnn"], "model"),
    (["launch", "data=iris", "model=mlp", "training.batch_size=1000"], "training.batch_size"),
    (["launch", "nonsense"], "nonsense"),
    (["launch", "--name", "x" * 81], "name"),
    (["launch", "--from", "nothing"], "There is no run 'nothing'"),
    (["runs", "--bogus"], "No such option"),
    (["runs", "--status", "bogus"], "queued, starting, running"),
    (["launch", "=5"], "write path=value"),
    (["launch", "model=mlp", "preset=iris_mlp"], "write it first"),
]


@pytest.mark.parametrize(("words", "part"), BAD)
def test_bad_input_is_a_sentence_and_exit_code_two(
    home: Home, yard: Yard, words: list[str], part: str
) -> None:
    refused = trainyard(*words, home=home)
    assert refused.returncode == 2
    assert part in refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    assert runs.list(yard) == []


def test_metric_that_is_not_there(home: Home, done: str) -> None:
    refused = trainyard("metrics", done, "--metric", "loss", home=home)
    assert refused.returncode == 2
    assert "It has: train/loss, validation/accuracy." in refused.stderr


def test_stopping_an_ended_run_is_refused_politely(home: Home, done: str) -> None:
    refused = trainyard("stop", done, home=home)
    assert refused.returncode == 2
    assert "ended already (finished)" in refused.stderr


def test_launch_prints_the_id_and_where_to_look(home: Home, yard: Yard) -> None:
    first = trainyard("launch", "preset=iris_mlp", "--name", "mine", "--key", "k", home=home)
    again = trainyard("launch", "preset=iris_mlp", "--name", "mine", "--key", "k", home=home)
    run_id, url = first.stdout.split()
    assert url == f"http://127.0.0.1:8501/run?id={run_id}"
    assert again.stdout == first.stdout
    other = trainyard("launch", "--from", "mine", "training.epochs=7", "--json", home=home)
    copied = json.loads(other.stdout)
    assert (copied["origin"], copied["config"]["training"]["epochs"]) == (run_id, 7)
    stopped = trainyard("stop", run_id, home=home)
    assert stopped.stdout.split() == [run_id, "mine:", "stopped"]
    assert runs.get(yard, run_id).status == "stopped"


def test_data_and_machines(home: Home) -> None:
    cards = json.loads(trainyard("data", "list", "--json", home=home).stdout)
    assert cards["iris"]["samples"] == 150
    assert "breast_cancer" in trainyard("data", "list", home=home).stdout
    nobody = trainyard("machines", home=home)
    assert nobody.returncode == 0
    assert "no machines" in nobody.stderr
    assert json.loads(trainyard("machines", "--json", home=home).stdout) == []


def test_without_redis_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    home = Home(tmp_path / "home").create()
    refused = trainyard("machines", home=home)
    assert refused.returncode == 2
    assert "./trainyard up" in refused.stderr
    saved = trainyard("launch", "preset=iris_mlp", home=home)
    assert saved.returncode == 0
    assert "is saved and will be queued" in saved.stderr
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    closed = trainyard("machines", home=home)
    assert closed.returncode == 2
    assert "Redis does not answer" in closed.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REDIS_URL", "nowhere", "REDIS_URL is no address of a server"),
        ("TRAINYARD_DATABASE_URL", "nowhere", "TRAINYARD_DATABASE_URL is no address"),
    ],
)
def test_an_address_that_is_none_is_a_sentence(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = trainyard("machines", home=home)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert sentence in refused.stderr


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = trainyard("runs", home=Home(tmp_path / "file"))
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert "Name another one in TRAINYARD_HOME" in refused.stderr


def test_a_newer_database_is_a_sentence(home: Home, yard: Yard) -> None:
    with yard.history.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    refused = trainyard("runs", home=home)
    assert refused.returncode == 2
    assert "newer version" in refused.stderr
