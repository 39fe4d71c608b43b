"""Word2Vec on real reviews finds that dogs and cats, coffee and espresso belong together."""

from __future__ import annotations

import pytest

from engine.events import Evaluation
from engine.presets import PRESETS
from engine.settings.command import override
from engine.train import train

NEAR = {"dog": "cat", "coffee": "espresso", "good": "great"}
"""words and one that must be among their nearest five"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [0, 1])
def test_words_used_alike_come_to_lie_close_together(seed: int) -> None:
    words = ["hardware.device=cpu", "hardware.threads=1", "training.evaluate_steps=100000"]
    words.append(f"training.seed={seed}")
    config = override(PRESETS["word2vec_reviews"], words)
    evaluation = [event for event in train(config) if isinstance(event, Evaluation)][-1]
    nearest = {
        str(row[0]): [str(cell).split()[0] for cell in row[1:6]]
        for row in evaluation.tables[0].rows
    }
    assert {word for word, near in NEAR.items() if near not in nearest[word]} == set(), nearest
