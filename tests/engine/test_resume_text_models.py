"""Translators and BERT stop in the middle of an epoch and go on with the same bits: dropout,
guesses of their own in training, frozen layers, the running mean of weights.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.events import Started
from engine.train import train
from tests.engine.pretrained import write_bert
from tests.engine.small import curve, evaluations, small
from tests.engine.test_resume import stopped_after, weights

DATES = ("data=dates", "data.count=150", "data.written=8", "model.dropout=0.3")
KINDS = {
    "luong": (*DATES, "model=seq2seq", "model.hidden=8", "model.layers=2"),
    "bahdanau": (*DATES, "model=seq2seq", "model.hidden=8", "model.attention=bahdanau"),
    "guesses": (*DATES, "model=seq2seq", "model.hidden=8", "model.teacher_forcing=0.5"),
    "t5": (*DATES, "model=t5", "model.width=16", "model.heads=2", "model.dense=16"),
}
NAMES = ("data=languages", "data.limit=150", "data.length=12", "model=bert", "model.dropout=0.3")
STRATEGY = (
    # Many steps: a run is closed at a flush, every 64 steps of a small model.
    "training.batch_size=2",
    "training.epochs=4",
    "training.ema=on",
    "training.ema.decay=0.9",
    "training.checkpoint_seconds=3600",
)
needs_emoji = pytest.mark.skipif(
    find_spec("emoji") is None, reason="the package emoji is not installed"
)


@pytest.mark.parametrize("kind", KINDS)
def test_translators_go_on_bit_identically(kind: str, tmp_path: Path) -> None:
    goes_on_bit_identically(small(*KINDS[kind], *STRATEGY), tmp_path)


@needs_emoji
def test_bert_from_scratch_goes_on_bit_identically(tmp_path: Path) -> None:
    words = ("model.width=16", "model.dense=16", "model.pooling=pooler")
    goes_on_bit_identically(small(*NAMES, *words, *STRATEGY), tmp_path)


@needs_emoji
def test_pretrained_bert_goes_on_bit_identically(tmp_path: Path) -> None:
    (tmp_path / "pretrained").mkdir()
    write_bert(tmp_path / "pretrained")
    words = (f"model.pretrained={tmp_path / 'pretrained'}", "model.frozen_layers=1")
    goes_on_bit_identically(small(*NAMES, *words, *STRATEGY), tmp_path)


def goes_on_bit_identically(config: RunConfig, folder: Path) -> None:
    whole = list(train(config, folder / "whole"))
    steps = max(curve(whole))
    heard = stopped_after(config, folder / "parts", steps // 4)
    heard += stopped_after(config, folder / "parts", 3 * steps // 4)
    rest = list(train(config, folder / "parts"))
    assert isinstance(rest[0], Started)
    assert (rest[0].resumed, steps / 2 < rest[0].step < steps) == ("exact", True)
    for metric in ("train/loss", "train/gradient_norm"):
        assert curve(heard + rest, metric) == curve(whole, metric)
    assert evaluations(heard + rest) == evaluations(whole)
    assert weights(folder / "parts") == weights(folder / "whole")
