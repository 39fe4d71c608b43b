"""Words and their neighbours: which pairs are drawn, how they are scored, which words are near."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.data import DocumentationWords, ReviewWords
from engine.data.prepare.neighbours import kept_share, prepare_neighbours
from engine.data.raw import Texts
from engine.data.split import Split
from engine.data.tokens import Words
from engine.events import Evaluation
from engine.nets.word2vec import SkipGram
from engine.problem import SettingsError
from engine.train import train
from tests.engine.small import small

TEXTS = Texts(("a b c d e", "f g", "h", "a. c, [x]"), np.zeros(4, dtype=np.int64))


def drawn(**settings: object) -> tuple[list[tuple[str, str]], np.ndarray, np.ndarray]:
    """Pairs of words in the training part of the texts above, their places, the odds."""
    whole = Split(validation=0.0, test=0.0)
    data = DocumentationWords(
        tokens=Words(),
        split=whole,
        **{"subsampling": 1.0, **settings},  # type: ignore[arg-type]
    )
    prepared = prepare_neighbours(data, TEXTS, None)
    assert prepared.vocabulary is not None
    part, piece = prepared.parts["train"], prepared.vocabulary.piece
    pairs = [(piece(word), piece(other)) for word, other in part.inputs[0]]
    return pairs, part.places, part.shared[0]


def test_pairs_are_words_of_one_text_not_far_apart() -> None:
    pairs, places, _ = drawn(window=1)
    right = {("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("f", "g"), ("a", "c"), ("c", "x")}
    assert sorted(pairs) == sorted(right | {(b, a) for a, b in right})
    assert places[pairs.index(("f", "g"))] == 1
    assert set(places) == {0, 1, 3}


def test_far_neighbours_are_drawn_less_often() -> None:
    """A window of 4 is cut to 1, 2, 3 or 4, so a distance of 4 is kept once in four times."""
    texts = Texts(tuple(f"w{n} x y z v{n}" for n in range(2000)), np.zeros(2000, dtype=np.int64))
    data = DocumentationWords(
        tokens=Words(), split=Split(validation=0.0, test=0.0), window=4, subsampling=1.0
    )
    prepared = prepare_neighbours(data, texts, None)
    assert prepared.vocabulary is not None
    piece = prepared.vocabulary.piece
    apart = sum(
        piece(word)[0] == "w" and piece(other)[0] == "v"
        for word, other in prepared.parts["train"].inputs[0]
    )
    assert apart == pytest.approx(2000 / 4, rel=0.1)


def test_frequent_words_are_left_out_and_wrong_ones_drawn_by_count_to_a_power() -> None:
    assert kept_share(np.array([1e-6, 1e-3, 0.1]), 1e-3) == pytest.approx([1, 1, 0.11])
    _, _, odds = drawn(noise_power=0.5)
    shares = np.diff(odds, prepend=0)
    assert shares[:4].tolist() == [0, 0, 0, 0]
    counts = np.array([2] * 2 + [1] * 7 + [0] * 4)  # a and c, the others, four signs
    roots = counts**0.5 / (counts**0.5).sum()
    assert np.sort(shares[4:])[::-1] == pytest.approx(roots, abs=1e-6)


@pytest.mark.parametrize("data", [ReviewWords(), DocumentationWords()], ids=lambda d: d.kind)
def test_the_number_of_pairs_is_about_known_before_reading(
    data: ReviewWords | DocumentationWords,
) -> None:
    prepared = data.prepare()
    assert data.sizes()["train"] == pytest.approx(prepared.samples["train"], rel=0.4)
    again = data.prepare()
    assert np.array_equal(prepared.parts["train"].inputs[0], again.parts["train"].inputs[0])


def test_texts_without_recurring_words_are_refused_with_a_sentence() -> None:
    data = DocumentationWords(tokens=Words(least=100), limit=4)
    with pytest.raises(SettingsError, match=r"data.limit: in 4 texts no words .* use more texts"):
        data.prepare()


def test_scores_are_products_of_vectors_and_the_true_word_is_no_wrong_one() -> None:
    torch.manual_seed(0)
    model = SkipGram(vocabulary=6, width=3, negatives=50)
    torch.nn.init.normal_(model.neighbours.weight)
    noise = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.25, 1.0])
    pairs = torch.tensor([[4, 5], [5, 4]])
    scores = model(pairs, noise)
    assert scores.shape == (2, 51)
    products = model.words.weight @ model.neighbours.weight.T
    assert torch.allclose(scores[:, 0], products[pairs[:, 0], pairs[:, 1]])
    for row, (word, true) in enumerate(pairs.tolist()):
        wrong = scores[row, 1:]
        other = products[word, 9 - true]
        assert torch.allclose(wrong[wrong > -1e4], other)
        # 5 is drawn three times as often as 4.
        share = (wrong == -1e4).float().mean().item()
        assert share == pytest.approx(0.75 if true == 5 else 0.25, abs=0.2)


def test_chance_is_torch_s_in_training_and_none_in_evaluation() -> None:
    model = SkipGram(vocabulary=50, width=4, negatives=5)
    torch.nn.init.normal_(model.neighbours.weight)
    noise, pairs = torch.linspace(0.02, 1, 50), torch.randint(50, (40, 2))
    torch.manual_seed(1)
    first, second = model(pairs, noise), model(pairs, noise)
    torch.manual_seed(1)
    assert torch.equal(model(pairs, noise), first)
    assert not torch.equal(first, second)
    model.eval()
    before = torch.get_rng_state()
    assert torch.equal(model(pairs, noise), model(pairs, noise))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_evaluation_lists_the_nearest_words_and_says_which_are_strange() -> None:
    config = small(
        "data=documentation_words",
        "data.limit=300",
        "model=word2vec",
        "model.shown=Class, zebra , the object",
        "model.nearest=3",
        "training.batch_size=512",
        "training.epochs=2",
        "optimizer.learning_rate=0.01",
    )
    events = [event for event in train(config) if isinstance(event, Evaluation)]
    assert events[1].metrics["loss"] < events[0].metrics["loss"] < 6 * np.log(2)
    table = events[1].tables[0]
    assert table.columns == ["word", "1", "2", "3"]
    assert [row[0] for row in table.rows] == ["Class"]
    cosines = [float(str(cell).split("(")[1][:-1]) for cell in table.rows[0][1:]]
    assert cosines == sorted(cosines, reverse=True)
    assert table.note == "not among the words learned: zebra, the object"


def test_the_loss_is_that_of_the_paper() -> None:
    from engine.data.prepared import Prepared
    from engine.losses import NegativeSampling

    scores = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    prepared = Prepared(DocumentationWords().card, {})
    loss = NegativeSampling().build(prepared, torch.device("cpu"))
    wanted = torch.zeros(4, 6)
    wanted[:, 0] = 1
    expected = functional.binary_cross_entropy_with_logits(scores, wanted) * 6
    assert loss(scores, torch.zeros(4, dtype=torch.long)).item() == pytest.approx(expected.item())
