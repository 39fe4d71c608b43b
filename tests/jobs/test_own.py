"""A person's own script: watched like any run, and never slowed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from jobs.home import Home
from jobs.recorder import Recorder
from jobs.services import commands, runs
from jobs.yard import Yard
from tests.jobs.commands import ROOT, trainyard
from tests.jobs.scripts import ended, listening, recorded, script


@pytest.fixture
def recorder(yard: Yard) -> Recorder:
    return listening(yard)


def test_the_example_of_the_readme(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    (example,) = re.findall(
        r"```python\n(import trainyard\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert len(example.strip().splitlines()) <= 7
    text = f"train_step = lambda: 0.5\n{example}"
    assert ended(home, tmp_path, text)[0] == 0
    run = recorded(yard, recorder, lambda run: run.over)
    assert (run.name, run.status, run.settings) == ("baseline", "finished", {"lr": 1e-3})
    assert (run.what, run.step) == ("mine.py", 1000)
    assert len(yard.history.curve(run.id, "train/loss")) == 1000


def test_numbers_of_all_kinds_at_steps_of_their_own(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    text = """
    import argparse, numpy, torch
    run = trainyard.init("any", argparse.Namespace(lr=0.1, path=__import__("pathlib").Path("x")))
    run.log({"a": 1, "b": {"c": numpy.float32(0.5), "d": torch.tensor(0.25, requires_grad=True)}})
    run.log({"a": float("nan"), "e": numpy.array([2.0])}, step=10)
    run.log({"a": float("inf"), "text": "no", "none": None, "many": [1, 2], "": 1})
    run.log({"a": 5.0, "late": True}, step=3)
    run.log({"f": 10**400, "hardware/cpu": 1}, step=12)
    run.finish()
    run.log({"a": 1})
    """
    code, _, err = ended(home, tmp_path, text)
    assert code == 0
    run = recorded(yard, recorder, lambda run: run.over)
    curves = yard.history.curves(run.id)
    assert curves["a"].steps.tolist() == [1, 10, 11], "a curve goes forward"
    assert math.isnan(curves["a"].values[1])
    assert curves["a"].values[2] == math.inf
    found = {name: (each.steps[0], each.values[0]) for name, each in curves.items()}
    assert found["b/c"] == (1, 0.5)
    assert found["b/d"] == (1, 0.25)
    assert found["e"] == (10, 2.0)
    assert found["late"] == (3, 1.0)
    assert found["f"] == (12, math.inf)
    assert {name for name in curves if not name.startswith(("hardware/", "time/"))} == {
        *("a", "b/c", "b/d", "e", "late", "f")
    }
    assert run.settings == {"lr": 0.1, "path": "x"}
    warned = [each.body["message"] for each in yard.history.records(run.id, "log")]
    for told in ("'text'", "'none'", "'many'", "''", "'a' was logged for step 3", "hardware/"):
        assert sum(told in each for each in warned) == 1, (told, warned)
        assert told in err
    assert "after finish()" in err


def test_a_stop_is_a_request_that_the_script_reads(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    text = """
    run = trainyard.init()
    while not run.stop_requested:
        run.log({"loss": 1.0})
        time.sleep(0.01)
    """
    with script(home, tmp_path, text) as process:
        run = recorded(yard, recorder, lambda run: run.step > 3)
        commands.ask(yard, run.id, "stop")
        assert runs.get(yard, run.id).status == "stopping"
        done = recorded(yard, recorder, lambda run: run.over)
        assert done.status == "stopped"
        assert "Stopped on request after step" in done.cause
        assert process.wait(30) == 0


def test_a_second_script_takes_up_the_run(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    text = """
    run = trainyard.init("first", {"lr": 1}, id=sys.argv[1] if sys.argv[1:] else None)
    for _ in range(5):
        run.log({"loss": 1.0})
    """
    ended(home, tmp_path, text)
    run_id = recorded(yard, recorder, lambda run: run.over).id
    ended(home, tmp_path, text.replace("sys.argv[1] if sys.argv[1:] else None", repr(run_id)))
    run = recorded(yard, recorder, lambda run: run.over and run.attempts == 2)
    assert yard.history.curve(run.id, "loss").steps.tolist() == [*range(1, 11)]
    assert not run.diverged


def test_only_rank_zero_logs(home: Home, yard: Yard, recorder: Recorder, tmp_path: Path) -> None:
    text = "with trainyard.init() as run: run.log({'loss': 1.0})\nprint(repr(run.id))"
    assert ended(home, tmp_path, text, RANK="1")[1].strip() == "''"
    recorder.round()
    assert runs.list(yard) == []


def test_log_takes_microseconds_and_no_torch(home: Home, tmp_path: Path) -> None:
    text = """
    run = trainyard.init()
    values = {"train/loss": 0.5, "train/rate": 0.1, "accuracy": 0.9}
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(2_000):
            trainyard.log(values)
        best = min(best, (time.perf_counter() - began) / 2_000)
        time.sleep(0.02)
    print(best * 1e6, "torch" in sys.modules, "sqlalchemy" in sys.modules)
    """
    _, out, _ = ended(home, tmp_path, text)
    micros, *loaded = out.split()
    assert float(micros) < 5.0
    assert loaded == ["False", "False"]


def test_the_command_line_knows_it(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    ended(home, tmp_path, "with trainyard.init('mine', {'lr': 0.1}) as r: r.log({'val/acc': 0.75})")
    run = recorded(yard, recorder, lambda run: run.over)
    assert run.best == ("val/acc", 0.75)
    assert "mine.py" in trainyard("runs", home=home).stdout
    shown = trainyard("show", "mine", home=home).stdout
    assert "finished" in shown
    assert '"lr": 0.1' in shown
    assert "optimizer" not in shown
    assert "val/acc" in trainyard("metrics", "mine", home=home).stdout
    assert trainyard("logs", "mine", home=home).returncode == 0
    again = trainyard("launch", "--from", "mine", home=home)
    assert again.returncode == 2
    assert "script of your own" in again.stderr
