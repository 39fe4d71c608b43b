"""`python -m engine` and `python -m engine.inspect` as people and the dashboard meet them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.events import EVENT, Started
from engine.presets import PRESETS
from tests.engine.small import PROJECT, curve

ENGINE = [sys.executable, "-m", "engine"]
SMALL = ["preset=iris_mlp", "training.epochs=3", "hardware.threads=1", "hardware.device=cpu"]


def engine(*words: str) -> subprocess.CompletedProcess[str]:
    """One run of the program, piped."""
    return subprocess.run(
        [*ENGINE, *words], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120
    )


def test_into_a_pipe_it_writes_one_event_a_line() -> None:
    done = engine(*SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    events = [EVENT.validate_json(line) for line in done.stdout.splitlines()]
    assert [events[0].kind, events[-1].kind] == ["started", "finished"]
    assert list(curve(events)) == list(range(1, 22))


def test_wrong_words_are_sentences_and_exit_code_2() -> None:
    done = engine("data=iris", "lr=1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "lr: there is no setting lr; did you mean optimizer.learning_rate?\n"
    done = engine("data=iris")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("model: CNN takes images")


def test_help_lists_every_setting_with_its_default_and_range() -> None:
    text = engine("--help").stdout
    assert "  optimizer.learning_rate = 0.001  [adamw, adam, radam, rmsprop]" in text
    shared = "  optimizer.learning_rate = 0.1  [sgd, gradient_descent]\n"
    assert f"{shared}      a number above 0 and at most 100" in text
    assert "  training.epochs = 15\n      a whole number from 1 to 100,000" in text
    assert all(name in text for name in PRESETS)


def test_a_failed_run_has_exit_code_1() -> None:
    done = engine(
        "preset=diabetes_linear", "optimizer.learning_rate=100", "training.epochs=200", *SMALL[2:]
    )
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["reason"] == "failed"
    assert done.stderr == ""


def test_ctrl_c_saves_and_the_same_command_goes_on(tmp_path: Path) -> None:
    words = ["preset=iris_mlp", "training.epochs=100000", *SMALL[2:], "--folder", str(tmp_path)]
    with subprocess.Popen(
        [*ENGINE, *words], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        for line in running.stdout:
            if '"kind":"evaluation"' in line:
                break
        running.send_signal(signal.SIGINT)
        running.stdout.read()
        complaint = running.stderr.read()
    assert running.returncode == 130
    assert f"saved; the same command with --folder {tmp_path} goes on" in complaint
    with subprocess.Popen(
        [*ENGINE, *words], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as again:
        assert again.stdout is not None
        started = EVENT.validate_json(again.stdout.readline())
        again.send_signal(signal.SIGINT)
        again.communicate()
    assert isinstance(started, Started)
    assert started.resumed == "exact"
    assert f"stopped after step {started.step}:" in complaint


def test_a_reader_that_leaves_is_no_traceback() -> None:
    words = [*ENGINE, "preset=iris_mlp", "training.epochs=500", *SMALL[2:]]
    with subprocess.Popen(
        words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 1


def test_on_a_terminal_it_draws_progress() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*ENGINE, *SMALL],
        cwd=PROJECT,
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "160", "TERM": "xterm"},
    ) as running:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    text = shown.decode()
    assert running.returncode == 0
    assert "131 parameters" in text
    assert "steps/s" in text
    assert "epoch   3  validation" in text
    assert "completed: all 3 epochs done" in text
    assert '"kind"' not in text


def _read(handle: int) -> bytes:
    """What the terminal shows next; empty once the program has closed it."""
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux says EIO when the other end is closed
        return b""


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, object]]:
    """What the helper says to several lines, in one process."""
    lines = {
        "good": PRESETS["mnist_cnn"].model_dump_json(),
        "unfit": PRESETS["mnist_cnn"]
        .model_copy(update={"data": PRESETS["iris_mlp"].data})
        .model_dump_json(),
        "unknown": '{"speed": 3}',
        "rubbish": "no json",
        "huge": json.dumps(
            {"data": {"kind": "iris"}, "model": {"kind": "mlp", "hidden": [65536] * 32}}
        ),
    }
    done = subprocess.run(
        [sys.executable, "-m", "engine.inspect"],
        input="\n".join(lines.values()) + "\n",
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(lines, found, strict=True))


def test_the_helper_sums_up_a_run(answers: dict[str, dict[str, object]]) -> None:
    summary = answers["good"]["summary"]
    assert isinstance(summary, dict)
    assert summary["parameters"] == 93_322
    assert summary["layers"][0] == {
        "name": "0",
        "kind": "Conv2d",
        "output": [32, 26, 26],
        "parameters": 320,
    }
    assert summary["samples"] == {"train": 3500, "validation": 750, "test": 750}
    assert (summary["steps_per_epoch"], summary["total_steps"]) == (110, 1650)


def test_the_helper_costs_no_memory_for_a_huge_model(answers: dict[str, dict[str, object]]) -> None:
    summary = answers["huge"]["summary"]
    assert isinstance(summary, dict)
    assert summary["parameters"] > 1.3e11


@pytest.mark.parametrize(
    ("line", "path", "sentence"),
    [
        ("unfit", "model", "CNN takes images"),
        ("unknown", "speed", "there is no setting speed"),
        ("rubbish", "", "this is no JSON"),
    ],
)
def test_the_helper_answers_what_is_wrong(
    answers: dict[str, dict[str, object]], line: str, path: str, sentence: str
) -> None:
    problems = answers[line]["problems"]
    assert isinstance(problems, list)
    assert problems[0]["path"] == path
    assert sentence in problems[0]["message"]
