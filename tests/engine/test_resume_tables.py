"""Models of ratings and of graphs stop in the middle of an epoch and go on with the same bits:
dropout of factors, of features that are mostly 0, of attention; the running mean of weights.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.engine.small import small
from tests.engine.test_resume_text_models import goes_on_bit_identically

RATINGS = ("data=movielens_100k", "data.limit=700", "model.dropout=0.3")
DIGITS = ("data=digits_graph", "training.batch_size=1", "model.dropout=0.5")
# 34 features of which one is not 0: the way of sparse features on the CPU.
KARATE = ("data=karate_club", "training.batch_size=2", "training.epochs=150", "model.dropout=0.5")
KINDS = {
    "factorisation": (*RATINGS, "model=factorisation", "model.factors=4"),
    "neural filtering": (*RATINGS, "model=neural_filtering", "model.hidden=8,4"),
    "gcn": (*DIGITS, "model=gcn", "model.hidden=8,8"),
    "gcn, sparse": (*KARATE, "model=gcn"),
    "gat": (*KARATE, "model=gat", "model.heads=2", "model.attention_dropout=0.3"),
}
STRATEGY = (
    "training.batch_size=2",
    "training.epochs=2",
    "training.ema=on",
    "training.ema.decay=0.9",
    "training.checkpoint_seconds=3600",
)


@pytest.mark.parametrize("kind", KINDS)
def test_close_and_go_on_is_bit_identical(kind: str, tmp_path: Path) -> None:
    if "data=movielens_100k" in KINDS[kind] and find_spec("recbole") is None:
        pytest.skip("the package recbole is not installed")
    goes_on_bit_identically(small(*STRATEGY, *KINDS[kind]), tmp_path)
