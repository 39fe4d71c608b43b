"""What is said of texts that became other texts, on a run of seconds."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.evaluation import evaluate
from engine.events import Evaluation
from engine.loop.setup import Setup, set_up
from engine.outlook.summary import summarize
from engine.train import train
from tests.engine.small import evaluations, small

WORDS = (
    "data=dates",
    "data.count=400",
    "data.written=16",
    "model=seq2seq",
    "model.hidden=32",
    "model.dropout=0",
    "optimizer.learning_rate=0.01",
    "training.batch_size=16",
    "training.epochs=2",
)


class Knowing(nn.Module):
    """Writes what it was shown: truths by source, with some of their tokens replaced."""

    def __init__(self, setup: Setup, wrong: int) -> None:
        super().__init__()
        part = setup.parts["test"]
        self.answers = {
            tuple(source): targets
            for source, targets in zip(part.inputs[0].tolist(), part.targets.tolist(), strict=True)
        }
        for answer in list(self.answers.values())[:wrong]:
            answer[0] = 14 if answer[0] != 14 else 13
        self.vocabulary = setup.card.target_vocabulary

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        answers = torch.tensor([self.answers[tuple(row)] for row in source.tolist()])
        following = answers[:, : target.shape[1]].clamp(min=0)
        return 20 * functional.one_hot(following, self.vocabulary).float()


def judged(setup: Setup, wrong: int) -> Evaluation:
    blank = Evaluation(split="test", epoch=1, metrics={})
    return evaluate(Knowing(setup, wrong), setup.parts["test"], setup, blank)


def test_metrics_of_a_model_that_errs_in_six_of_sixty_texts() -> None:
    """Each of them has one wrong letter in ten."""
    setup = set_up(small(*WORDS))
    count = setup.samples["test"]
    assert count == 60
    perfect = judged(setup, 0)
    assert perfect.metrics == pytest.approx(
        {"loss": 0.0, "exact_match": 1.0, "token_error_rate": 0.0, "bleu": 1.0}, abs=1e-6
    )
    found = judged(setup, 6)
    assert found.metrics["exact_match"] == pytest.approx(54 / 60)
    assert found.metrics["token_error_rate"] == pytest.approx(6 / 600)
    runs = [(600 - 6) / 600, (540 - 6) / 540, (480 - 6) / 480, (420 - 6) / 420]
    assert found.metrics["bleu"] == pytest.approx(torch.tensor(runs).prod().item() ** 0.25)
    assert found.metrics["loss"] == pytest.approx(20 * 6 / (60 * 11), rel=1e-4)
    low, high = found.intervals["exact_match"]
    assert 0.8 < low < 0.9 < high < 1
    assert len(found.worst) == 6
    assert all(each.truth[1:] == each.prediction[1:] for each in found.worst)
    pairs = setup.config.data.load()
    assert [pairs.sources[each.place] for each in found.worst] == [e.text for e in found.worst]  # type: ignore[union-attr]


def test_of_the_validation_part_some_are_written_and_all_are_measured() -> None:
    setup = set_up(small(*WORDS))
    model = setup.config.model.build(setup.card)
    blank = Evaluation(split="validation", epoch=1, metrics={})
    part = setup.parts["validation"]
    found = evaluate(model, part, setup, blank)
    assert len(found.tables[0].rows) == 16
    shown = [row[0] for row in found.tables[0].rows]
    texts = setup.prepared.parts["validation"].texts
    assert shown == [texts[place * 60 // 16] for place in range(16)]
    with torch.inference_mode():
        loss = functional.cross_entropy(
            model.eval()(*part.inputs).flatten(0, 1), part.targets.flatten(), ignore_index=-100
        )
    assert found.metrics["loss"] == pytest.approx(loss.item(), rel=1e-5)
    assert not found.worst


def test_a_run_learns_and_shows_what_it_writes() -> None:
    events = list(train(small(*WORDS)))
    found = evaluations(events)
    first, last = found["validation", 1], found["validation", 2]
    assert last["loss"] < first["loss"]
    test = next(e for e in events if isinstance(e, Evaluation) and e.split == "test")
    columns = test.tables[0].columns
    assert columns == ["source", "truth", "output", "edits"]
    assert all(isinstance(row[0], str) and row[3] >= 0 for row in test.tables[0].rows)  # type: ignore[operator]


@pytest.mark.parametrize("attention", ["luong", "bahdanau", "none"])
def test_the_summary_counts_every_layer_once(attention: str) -> None:
    summary = summarize(small(*WORDS, f"model.attention={attention}"))
    names = [layer.name for layer in summary.layers]
    assert len(names) == len(set(names))
    assert sum(layer.parameters for layer in summary.layers) == summary.parameters
