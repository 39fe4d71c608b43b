"""Every kind of model, optimizer and precision in parts, beside the same in one process."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.events import Evaluation
from tests.engine.parts import CLOSE, TWO, begun, checkpoints, stopped_after, trained
from tests.engine.small import curve

pytestmark = pytest.mark.slow

FAMILIES = {
    "gpt": (
        *("data=python_docs", "data.context=16", "data.limit=400", "data.evaluated=20"),
        *("model=gpt", "model.layers=3", "model.width=16", "model.heads=2", "optimizer=muon"),
        *("model.sampling.length=8", "hardware.activation_checkpointing=true"),
    ),
    "t5": (
        *("data=dates", "data.count=150", "data.written=8"),
        *("model=t5", "model.width=16", "model.heads=2", "model.dense=16"),
    ),
    "seq2seq": ("data=dates", "data.count=150", "data.written=8", "model=seq2seq"),
    "bert": (
        *("data=languages", "data.limit=150", "data.length=12"),
        *("model=bert", "model.width=16", "model.dense=16"),
    ),
    "lstm": ("data=languages", "data.limit=150", "model=lstm"),
    "factorisation": (
        *("data=movielens_100k", "data.limit=6000", "model=factorisation"),
        *("model.dropout=0", "training.batch_size=512"),
    ),
    "gcn": ("data=karate_club", "model=gcn", "training.batch_size=4"),
    "gat": ("data=karate_club", "model=gat", "training.batch_size=4"),
    "word2vec": (
        *("data=documentation_words", "data.limit=300", "model=word2vec"),
        *("model.shown=Class, the object", "training.batch_size=512"),
    ),
}
DROPS = ("gpt", "t5", "seq2seq", "bert", "lstm", "gcn", "gat")
OPTIMIZERS = (
    *("adam", "adamax", "nadam", "radam", "sgd", "rmsprop", "adagrad", "adadelta", "muon"),
    "gradient_descent",
)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_in_parts(family: str) -> None:
    """Also what it writes, recommends and lists at an evaluation."""
    dropout = ("model.dropout=0",) if family in DROPS else ()
    words = (*FAMILIES[family], *dropout, "training.steps=6", "training.evaluate_steps=3")
    # Each process draws wrong neighbours of its own: two are compared with two that are whole.
    whole = ("hardware.devices=2",) if family == "word2vec" else ()
    one, two = trained(*words, *whole), trained(*words, *TWO)
    assert curve(two) == pytest.approx(curve(one), rel=CLOSE)
    shown = [[e.samples for e in told if isinstance(e, Evaluation)] for told in (one, two)]
    assert shown[0] == shown[1]
    assert [e.step for e in two if isinstance(e, Evaluation)] == [
        e.step for e in one if isinstance(e, Evaluation)
    ]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_in_parts_and_its_state_resumes(optimizer: str, tmp_path: Path) -> None:
    # On the full batch there are three steps.
    steps = ("training.epochs=3", "schedule.warmup_steps=0")
    words = (f"optimizer={optimizer}", "model.dropout=0", *steps)
    one = curve(trained(*words))
    close = 1e-3 if optimizer == "muon" else CLOSE  # it computes in bf16
    before = stopped_after(1, *words, *TWO, folder=tmp_path, attempt=1)
    after = trained(*words, *TWO, folder=tmp_path, attempt=2)
    assert begun(after).resumed == "exact"
    assert {**curve(before), **curve(after)} == pytest.approx(one, rel=close)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_in_parts(precision: str, tmp_path: Path) -> None:
    words = ("model.dropout=0", "training.epochs=2", f"hardware.precision={precision}")
    one, two = curve(trained(*words)), curve(trained(*words, *TWO, folder=tmp_path))
    assert two == pytest.approx(one, rel=0.02)
    weights = load_file(checkpoints(tmp_path)[-1] / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
