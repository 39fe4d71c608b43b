"""How a step is taken: several batches, the whole part, penalties, clips, running means."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.metrics import r2_score
from torch import Tensor

from engine.config import RunConfig
from engine.data.prepared import Part
from engine.loop.average import Average
from engine.loop.setup import prepare
from engine.presets import PRESETS
from engine.saving.checkpoint import Checkpoints
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import curve, evaluations, last, small

PLAIN = ("model.dropout=0", "schedule=constant", "training.clip_norm=none", "training.epochs=2")


def weights(config: RunConfig, folder: Path) -> dict[str, Tensor]:
    """The model's at the end of the run."""
    from safetensors.torch import load

    list(train(config, folder))
    loaded, _ = Checkpoints(folder / "checkpoints", 1).newest()
    assert loaded is not None
    return load(loaded.files["model.safetensors"])


def near(one: dict[float, float] | dict[int, float], other: dict[int, float]) -> bool:
    return list(one.values()) == pytest.approx(list(other.values()), rel=1e-4)


@pytest.mark.parametrize(
    "loss",
    [
        ("loss=automatic",),
        ("loss=cross_entropy", "loss.class_weights=balanced", "loss.label_smoothing=0.1"),
        ("loss=focal", "loss.class_weights=balanced"),
    ],
    ids=["plain", "weighted", "focal"],
)
def test_batches_that_are_summed_are_one_large_batch(loss: tuple[str, ...]) -> None:
    """490 samples: steps of 64, the last of 42, in batches of 16, the last of 10."""
    words = (*PLAIN, *loss, "optimizer=sgd", "optimizer.learning_rate=0.05")
    large = list(train(small(*words, "training.batch_size=64")))
    summed = list(train(small(*words, "training.batch_size=16", "training.accumulation=4")))
    for metric in ("train/loss", "train/gradient_norm"):
        assert near(curve(summed, metric), curve(large, metric))
    assert len(curve(summed)) == 16


def test_padded_sequences_are_summed_exactly_too() -> None:
    """Batches of a step hold different numbers of letters: each letter counts the same."""
    words = ["data.limit=200", "training.steps=2", "hardware.device=cpu", "hardware.threads=1"]
    config = override(PRESETS["seq2seq_small"], [*words, "model.dropout=0"])
    large = curve(train(override(config, ["training.batch_size=64"])))
    small_ones = ["training.batch_size=16", "training.accumulation=4"]
    assert near(curve(train(override(config, small_ones))), large)


def test_gradient_descent_takes_the_whole_part_whatever_the_batch_size() -> None:
    words = (*PLAIN, "optimizer=gradient_descent", "training.epochs=5")
    small_batches = list(train(small(*words, "training.batch_size=20")))
    large = list(train(small(*words, "training.batch_size=1000")))
    assert near(curve(small_batches), curve(large))
    assert list(curve(large)) == [1, 2, 3, 4, 5]
    assert curve(large)[5] < curve(large)[1]


def diabetes() -> tuple[Part, Part]:
    """Training and test parts of the preset, as everybody sees them."""
    parts = prepare(PRESETS["diabetes_linear"]).parts
    return parts["train"], parts["test"]


def test_lbfgs_solves_the_linear_preset_in_five_steps() -> None:
    words = ["optimizer=lbfgs", "training.epochs=5", "hardware.device=cpu", "hardware.threads=1"]
    found = evaluations(train(override(PRESETS["diabetes_linear"], words)))
    score = next(metrics["r2"] for (split, _), metrics in found.items() if split == "test")
    learned, test = diabetes()
    theirs = LinearRegression().fit(learned.inputs[0].astype(np.float64), learned.targets)
    predicted = theirs.predict(test.inputs[0].astype(np.float64))
    assert score == pytest.approx(r2_score(test.targets, predicted), abs=1e-4)


def test_lbfgs_goes_on_bit_for_bit(tmp_path: Path) -> None:
    config = small(
        "optimizer=lbfgs", "training.clip_norm=none", "training.epochs=6", "training.l1=0.0001"
    )
    whole = list(train(config, tmp_path / "whole"))
    running = train(config, tmp_path / "parts")
    heard = [next(running) for _ in range(8)]
    running.close()
    rest = list(train(config, tmp_path / "parts"))
    assert 0 < max(curve(heard)) < 6
    assert curve(heard + rest) == curve(whole)
    assert evaluations(heard + rest) == evaluations(whole)


def test_lbfgs_refuses_what_bends_the_gradient() -> None:
    words = ("training.clip_value=1", "schedule=range_test", "hardware.precision=fp16")
    found = problems(small("optimizer=lbfgs", *words))
    paths = [p.path for p in found if p.path != "hardware.precision" or "digits" in p.message]
    assert paths == ["training.clip_norm", "training.clip_value", "hardware.precision", "optimizer"]


def test_l1_empties_the_weights_that_lasso_empties(tmp_path: Path) -> None:
    """On the scaled target our loss is twice Lasso's, so our penalty is twice its alpha."""
    words = [
        "optimizer.learning_rate=0.02",
        "optimizer.momentum=0",
        "training.epochs=600",
        "training.l1=0.2",
        "schedule=cosine",
        "hardware.device=cpu",
        "hardware.threads=1",
    ]
    config = override(PRESETS["diabetes_linear"], words)
    (mine,) = [w for name, w in weights(config, tmp_path).items() if name.endswith("weight")]
    learned, _ = diabetes()
    theirs = Lasso(alpha=0.1).fit(learned.inputs[0].astype(np.float64), learned.targets)
    assert (theirs.coef_ == 0).sum() >= 3
    assert mine.flatten().tolist() == pytest.approx(list(theirs.coef_), abs=0.01)


def test_the_shown_loss_is_without_the_penalty() -> None:
    plain, penalised = (curve(train(small(*PLAIN, f"training.l1={l1}"))) for l1 in (0, 0.01))
    assert penalised[1] == plain[1]
    assert penalised[2] != plain[2]


def test_clipping_by_value_bounds_each_weights_step(tmp_path: Path) -> None:
    sgd = ("optimizer=sgd", "optimizer.momentum=0", "optimizer.learning_rate=1")
    words = (*PLAIN, *sgd, "training.epochs=1", "training.batch_size=490")
    free = weights(small(*words), tmp_path / "free")
    held = weights(small(*words, "training.clip_value=0.001"), tmp_path / "held")
    whole = list(train(small(*words, "training.clip_value=0.001")))
    assert curve(whole, "train/gradient_norm")[1] > 0.1, "the norm is that before clipping"
    still = weights(small(*words, "training.clip_value=1e-12"), tmp_path / "still")
    moved = max(float((held[name] - still[name]).abs().max()) for name in held)
    assert moved == pytest.approx(0.001, rel=1e-3)
    assert max(float((free[name] - still[name]).abs().max()) for name in free) > 0.002


def test_the_running_mean_is_what_is_evaluated_and_kept(tmp_path: Path) -> None:
    words = (*PLAIN, "training.keep_best=false", "training.epochs=1")
    raw = list(train(small(*words), tmp_path / "raw"))
    events = list(train(small(*words, "training.ema=on"), tmp_path / "mean"))
    assert curve(events) == curve(raw), "the steps are the same"
    assert evaluations(events) != evaluations(raw)
    files = Checkpoints(tmp_path / "mean" / "checkpoints", 1).newest()[0].files  # type: ignore[union-attr]
    assert "average.safetensors" in files


def test_the_running_mean_is_the_textbooks() -> None:
    model = torch.nn.Linear(1, 1)
    average = Average(model, decay=0.5)
    expected = model.weight.item()
    for step in range(1, 6):
        with torch.no_grad():
            model.weight.fill_(step)
        average.follow(step)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step
    assert float(average.tensors["weight"]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("words", "path", "start"),
    [
        (
            ("training.accumulation=9", "schedule.warmup_steps=0"),
            "training.accumulation",
            "9 batches of 64 are more than the training part of 490 samples; use at most 8",
        ),
        (
            ("schedule=plateau", "data.split.validation=0", "training.keep_best=false"),
            "schedule",
            "reduce on plateau looks at validation losses, and there is no validation part",
        ),
        (
            ("loss=binary_cross_entropy",),
            "loss",
            "binary cross-entropy tells two classes apart, and there are 10",
        ),
        (("loss=huber",), "loss", "Huber is a loss for a number or a rating"),
    ],
)
def test_what_does_not_fit_is_a_sentence(words: tuple[str, ...], path: str, start: str) -> None:
    (problem,) = problems(small(*words))
    assert problem.path == path
    assert problem.message.startswith(start)


def test_a_step_may_take_the_whole_part_by_accumulation() -> None:
    assert not problems(small("training.accumulation=8", "schedule.warmup_steps=0"))


def test_plateau_lowers_the_rate_by_the_validation_losses() -> None:
    words = ("schedule=plateau", "schedule.patience=1", "schedule.decay=0.1")
    events = list(train(small(*words, "schedule.threshold=0.99", "training.epochs=4")))
    rates = curve(events, "train/learning_rate")
    assert math.isclose(rates[16], rates[9])
    assert math.isclose(rates[17], rates[16] * 0.1)
    assert math.isclose(rates[25], rates[16] * 0.01)
    assert last(events).reason == "completed"
