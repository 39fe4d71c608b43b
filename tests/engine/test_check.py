"""What is refused before a run is queued: each sentence, at the path of the setting to change."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data.divide import drawn
from engine.data.published import Published
from engine.outlook.summary import summarize
from engine.presets import PRESETS
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import PROJECT

MLP = ("model=mlp", "training.batch_size=8")

CASES = [
    (("data=iris",), "model", "CNN takes images, and Iris is made of tables; choose Logistic"),
    (("model=linear_regression",), "model", "Linear regression predicts a number, and the target"),
    (("data=diabetes", "model=logistic_regression"), "model", "choose Linear regression or MLP"),
    (("data=digits",), "model.channels", "3 convolutions of 3x3 with pooling between them need"),
    (
        ("training.batch_size=3501",),
        "training.batch_size",
        "a batch of 3501 is larger than the training part of 3500 samples; use at most 3500",
    ),
    (("training.batch_size=8", "data.limit=20"), "data.limit", "use at least 27 samples"),
    (
        ("data=iris", *MLP, "data.split.validation=0.002"),
        "data.split.validation",
        "a share of 0.002 of 150 samples is no sample; use at least 0.01",
    ),
    (("data=iris", *MLP, "data.split.test=0.002"), "data.split.test", "0 for no test part"),
    (
        ("data=diabetes", *MLP, "data.split.test=0.002"),
        "data.split.test",
        "is one sample, and R² needs at least 2",
    ),
    (
        ("hardware.devices=2", "hardware.weights=sharded", "hardware.compile=on"),
        "hardware.compile",
        "torch.compile leaves out what is sharded, of some models all of it; choose auto or off",
    ),
    (
        ("hardware.machines=2", "hardware.weights=sharded", "hardware.compile=on"),
        "hardware.compile",
        "or hardware.weights=replicated",
    ),
    (("data.split.validation=0",), "training.keep_best", "there is no validation part; set data."),
    (
        ("data.split.validation=0", "training.keep_best=false", "training.early_stopping=on"),
        "training.early_stopping",
        "early stopping compares evaluations, and there is no validation part",
    ),
    (
        ("schedule.warmup_steps=1651",),
        "schedule.warmup_steps",
        "a warm-up of 1651 steps is longer than the run of 1650; use at most 1650 steps",
    ),
]


@pytest.mark.parametrize(("words", "path", "sentence"), CASES)
def test_each_is_refused_at_its_path(words: tuple[str, ...], path: str, sentence: str) -> None:
    found = problems(override(RunConfig(), words))
    assert [problem.path for problem in found] == [path]
    assert sentence in found[0].message


def test_the_advised_limit_is_the_smallest_that_works() -> None:
    def with_limit(limit: int) -> RunConfig:
        return override(RunConfig(), ["training.batch_size=8", f"data.limit={limit}"])

    assert "use at least 27 samples" in problems(with_limit(20))[0].message
    assert [p.path for p in problems(with_limit(26))] == ["data.limit"]
    assert not problems(with_limit(27))
    labels = with_limit(27).data.labels()
    assert min(np.bincount(labels[drawn(5000, 27, 0)])) == 2


def test_several_problems_are_all_told() -> None:
    config = override(
        RunConfig(), ["data=iris", "training.batch_size=200", "data.split.test=0.001"]
    )
    paths = [problem.path for problem in problems(config)]
    assert paths == ["model", "data.split.test", "training.batch_size"]


# A download of 170 MB, or of BERT-base, is no part of a test.
FAR = {name for name in PRESETS if isinstance(PRESETS[name].data, Published)} | {"sms_bert_base"}
HERE = [name for name in PRESETS if name not in FAR]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_no_problem(name: str) -> None:
    assert not problems(PRESETS[name])


@pytest.mark.parametrize("name", HERE)
def test_presets_take_a_step(name: str) -> None:
    config = override(PRESETS[name], ["hardware.threads=1", "hardware.device=cpu"])
    running = train(config)
    assert [next(running).kind for _ in range(2)] == ["started", "steps"]
    running.close()


@pytest.mark.parametrize("name", HERE)
def test_the_summary_says_what_the_run_will_say(name: str) -> None:
    summary = summarize(PRESETS[name])
    running = train(override(PRESETS[name], ["hardware.threads=1", "hardware.device=cpu"]))
    started = next(running)
    running.close()
    assert started.kind == "started"
    for fact in ("parameters", "samples", "steps_per_epoch", "total_steps"):
        assert getattr(summary, fact) == getattr(started, fact)
    assert sum(layer.parameters for layer in summary.layers) == summary.parameters


def test_a_check_is_fast_and_without_torch() -> None:
    script = (
        "import sys; from engine.settings.check import problems;"
        "from engine.config import RunConfig;"
        "problems(RunConfig()); print({'torch', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
    begun = time.process_time()
    for _ in range(100):
        problems(RunConfig())
    assert (time.process_time() - begun) / 100 < 0.001
