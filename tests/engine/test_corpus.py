"""Long texts: parts in order, tokens of the training part, windows, sizes known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import PythonDocs, TinyShakespeare
from engine.data.corpus import CorpusSource
from engine.data.split import Split
from engine.data.tokens import UNKNOWN, BytePairs, WordPieces, Words
from engine.events import Evaluation
from engine.loop.parts import on_device
from engine.problem import SettingsError
from engine.train import train
from tests.conftest import TEST_DATA
from tests.engine.small import small

SMALL = ("data=python_docs", "data.context=16", "model=gpt", "model.layers=1", "model.width=16")


def test_the_parts_follow_each_other_as_in_the_text() -> None:
    data = PythonDocs(split=Split(validation=0.1, test=0.2))
    prepared, text = data.prepare(), data.load().text
    assert prepared.vocabulary is not None
    read = {
        name: prepared.vocabulary.decode(part.inputs[0].tolist())
        for name, part in prepared.parts.items()
    }
    # A character that only the last parts have is unknown.
    seen = set(read["train"])
    assert read["train"] == text[: len(read["train"])]
    assert read["validation"] + read["test"] == "".join(
        sign if sign in seen else "[unknown]" for sign in text[len(read["train"]) :]
    )
    assert data.sizes() == prepared.samples


@pytest.mark.parametrize("tokens", [BytePairs(size=1000), WordPieces(), Words()])
def test_the_number_of_windows_is_about_known_before_reading(
    tokens: BytePairs | WordPieces | Words,
) -> None:
    data = PythonDocs(tokens=tokens)
    counted = data.prepare()
    assert data.sizes()["train"] == pytest.approx(counted.samples["train"], rel=0.35)
    assert counted.vocabulary is not None
    assert counted.card.vocabulary == counted.vocabulary.size
    if isinstance(tokens, BytePairs):
        start = counted.parts["train"].inputs[0][:50].tolist()
        assert data.load().text.startswith(counted.vocabulary.decode(start))
        assert UNKNOWN not in counted.parts["validation"].inputs[0]


def test_a_limit_counts_windows() -> None:
    data = PythonDocs(limit=200, context=32)
    prepared = data.prepare()
    assert prepared.samples == data.sizes() == {"train": 180, "validation": 20, "test": 0}
    whole = PythonDocs(context=32).prepare().parts["train"].inputs[0]
    limited = prepared.parts["train"].inputs[0]
    assert np.array_equal(limited, whole[: len(limited)])


def test_a_sample_is_a_window_and_its_target_the_next_tokens() -> None:
    import torch

    prepared = PythonDocs(context=8).prepare()
    part = on_device(prepared.parts["train"], torch.device("cpu"))
    (inputs,), targets = part.batch(torch.tensor([0, 5]), shift=3)
    stream = prepared.parts["train"].inputs[0]
    assert inputs.tolist() == [stream[3:11].tolist(), stream[43:51].tolist()]
    assert targets.tolist() == [stream[4:12].tolist(), stream[44:52].tolist()]


@pytest.mark.skipif(
    not (TEST_DATA / "tinyshakespeare.txt").exists(), reason=f"no tinyshakespeare in {TEST_DATA}"
)
def test_tiny_shakespeare_is_the_real_one() -> None:
    data = TinyShakespeare()
    prepared = data.prepare()
    assert len(data.load().text) == data.characters() == 1_115_394
    assert prepared.card.vocabulary == 65 + 4
    assert prepared.samples == data.sizes() == {"train": 15_684, "validation": 1_741, "test": 0}


@pytest.mark.parametrize("change", ["data.context=32768", "data.split.validation=0.00003"])
def test_a_part_too_short_for_one_window_is_refused(change: str) -> None:
    with pytest.raises(SettingsError, match="sample"):
        next(train(small(*SMALL, change)))


def test_tokens_too_few_for_a_window_are_counted_in_the_sentence() -> None:
    data = PythonDocs(tokens=Words(), context=10_000)
    with pytest.raises(SettingsError, match=r"data.context: the validation part has [\d,]+ tokens"):
        data.prepare()


@pytest.mark.parametrize(("bound", "same"), [("none", False), ("5", True)])
def test_looking_changes_nothing_of_the_training(bound: str, same: bool) -> None:
    """More windows to measure and more text to write: the weights go the same way."""
    words = ("data.limit=100", "training.batch_size=10", "training.epochs=2", "model.dropout=0.2")
    plain = list(train(small(*SMALL, *words, "data.evaluated=5", "model.sampling.length=0")))
    other = list(train(small(*SMALL, *words, f"data.evaluated={bound}")))
    steps = [[e.metrics for e in events if e.kind == "steps"] for events in (plain, other)]
    assert _joined(steps[0]) == _joined(steps[1])
    first, second = ([e for e in events if isinstance(e, Evaluation)] for events in (plain, other))
    assert [e.samples for e in first] == [[], []]
    assert all(len(e.samples[0].text) > 100 for e in second)
    assert (first[-1].metrics == second[-1].metrics) == same
    for event in second:
        assert event.metrics["perplexity"] == pytest.approx(np.exp(event.metrics["loss"]))


def _joined(metrics: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """One list a metric, however the steps were told."""
    return {name: [v for each in metrics for v in each[name]] for name in metrics[0]}


def test_a_text_has_no_folds() -> None:
    found = list(PythonDocs(split=Split(folds=5)).problems())
    assert [problem.path for problem in found] == ["data.split.folds"]


def test_every_corpus_is_a_source_of_windows() -> None:
    for data in (PythonDocs(), TinyShakespeare()):
        assert isinstance(data, CorpusSource)
        assert data.card.shape == (64,)
        assert data.card.samples == sum(data.sizes().values())
