"""Language models and word vectors stop in the middle of an epoch and go on with the same bits:
dropout, drawn words, windows that shift, the running mean of weights, several batches a step.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.events import Evaluation, Event, Started
from engine.train import train
from tests.engine.small import curve, evaluations, small
from tests.engine.test_resume import stopped_after, weights

KINDS = {
    "gpt": (
        "data=python_docs",
        "data.context=16",
        "data.limit=400",
        "data.evaluated=20",
        "model=gpt",
        "model.layers=1",
        "model.width=16",
        "model.heads=2",
        "model.dropout=0.3",
        "model.sampling.length=30",
        "training.batch_size=4",
        "training.evaluate_steps=35",
    ),
    "word2vec": (
        "data=documentation_words",
        "data.limit=200",
        "model=word2vec",
        "model.width=8",
        "model.shown=list, class",
        "training.batch_size=16",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_close_in_mid_epoch_and_go_on_is_bit_identical(kind: str, tmp_path: Path) -> None:
    config = small(
        *KINDS[kind],
        "training.accumulation=2",
        "training.epochs=3",
        "training.ema.decay=0.9",
        "training.checkpoint_seconds=3600",
    )
    whole = list(train(config, tmp_path / "whole"))
    steps = max(curve(whole))
    heard = stopped_after(config, tmp_path / "parts", steps // 4)
    heard += stopped_after(config, tmp_path / "parts", 3 * steps // 4)
    rest = list(train(config, tmp_path / "parts"))
    assert isinstance(rest[0], Started)
    assert (rest[0].resumed, steps / 2 < rest[0].step < steps) == ("exact", True)
    for metric in ("train/loss", "train/gradient_norm"):
        assert curve(heard + rest, metric) == curve(whole, metric)
    assert evaluations(heard + rest) == evaluations(whole)
    assert shown(heard + rest) == shown(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def shown(events: list[Event]) -> dict[int, str]:
    """What evaluations wrote or listed, by step."""
    return {
        event.step: f"{event.samples}{event.tables}"
        for event in events
        if isinstance(event, Evaluation)
    }
