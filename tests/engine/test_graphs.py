"""Graphs: what is loaded, which nodes are learned from, and what GCN and GAT compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data import Cora, DigitsGraph, KarateClub
from engine.data.graphs import GraphSource
from engine.data.prepare.graph import balanced, both_ways
from engine.data.split import Split
from engine.events import Evaluation
from engine.models import Gat, Gcn
from engine.nets.graph import FeatureLinear
from engine.presets import PRESETS
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.conftest import TEST_DATA
from tests.engine.small import curve

needs_cora = pytest.mark.skipif(
    not (TEST_DATA / "cora").is_dir(), reason=f"no cora in {TEST_DATA} (TRAINYARD_TEST_DATA)"
)
ALL = [
    KarateClub(),
    DigitsGraph(),
    pytest.param(Cora(), marks=needs_cora),
    pytest.param(Cora(division="drawn", labelled=140), marks=needs_cora),
]
SMALL = ("hardware.device=cpu", "hardware.threads=1")


@pytest.mark.parametrize("data", ALL, ids=lambda d: d.kind)
def test_the_card_says_what_is_loaded(data: GraphSource) -> None:
    graph, card = data.load(), data.card
    assert graph.features.shape == (card.nodes, *card.shape)
    assert graph.features.dtype == np.float32
    assert graph.edges.shape == (2, card.edges)
    assert np.array_equal(np.unique(graph.edges), np.arange(card.nodes))
    assert set(graph.targets.tolist()) == set(range(len(card.classes)))
    assert card.samples == card.nodes == len(graph.targets)
    assert np.array_equal(both_ways(graph.edges), graph.edges)


@pytest.mark.parametrize("data", ALL, ids=lambda d: d.kind)
def test_parts_have_the_sizes_that_were_told_and_share_no_node(data: GraphSource) -> None:
    prepared = data.prepare()
    assert prepared.samples == data.sizes()
    nodes = np.concatenate([part.inputs[0] for part in prepared.parts.values()])
    assert len(np.unique(nodes)) == len(nodes)
    graph = data.load()
    for part in prepared.parts.values():
        assert np.array_equal(part.targets, graph.targets[part.inputs[0]])
        assert np.array_equal(part.shared[1], graph.edges)


def test_as_many_labels_of_each_class() -> None:
    assert np.bincount(DigitsGraph().prepare().parts["train"].targets).tolist() == [10] * 10
    assert np.bincount(KarateClub().prepare().parts["train"].targets).tolist() == [1] * 4
    targets = np.array([0] * 10 + [1] * 2)
    chosen = balanced(np.arange(12), targets, 7, seed=0)
    assert np.bincount(targets[chosen]).tolist() == [5, 2]
    assert np.array_equal(balanced(np.arange(12), targets, 99, seed=0), np.arange(12))


def test_the_communities_are_those_of_the_highest_modularity() -> None:
    graph = KarateClub().load()
    same = graph.targets[graph.edges[0]] == graph.targets[graph.edges[1]]
    degrees = np.bincount(graph.edges[0])
    expected = sum(degrees[graph.targets == label].sum() ** 2 for label in range(4)) / 156**2
    # The maximum: Brandes et al., "On modularity clustering", 2008, table 1.
    assert same.mean() - expected == pytest.approx(0.4198, abs=5e-5)


@needs_cora
def test_cora_is_the_published_one() -> None:
    prepared = Cora().prepare()
    assert np.bincount(prepared.parts["train"].targets).tolist() == [20] * 7
    sums = prepared.parts["train"].shared[0].sum(axis=1)
    np.testing.assert_allclose(sums, 1, atol=1e-5)
    assert np.bincount(Cora().load().targets).tolist() == [351, 217, 418, 818, 426, 298, 180]


def test_a_limit_and_the_published_division_do_not_go_together() -> None:
    config = override(PRESETS["cora_gcn"], ["data.limit=500"])
    found = problems(config)
    assert [problem.path for problem in found] == ["data.limit"]
    assert "choose data.division=drawn" in found[0].message


def small_graph() -> tuple[Tensor, Tensor]:
    """Features `(5, 3)` and edges both ways of a path with a node that stands alone."""
    edges = torch.from_numpy(both_ways(np.array([[0, 1, 2], [1, 2, 3]])))
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(0)), edges


def test_gcn_is_the_formula_of_the_paper() -> None:
    features, edges = small_graph()
    card = KarateClub().card
    model = Gcn(hidden=[4], dropout=0.5).build(card).eval()
    features = torch.cat([features, torch.zeros(5, 31)], dim=1)
    loops = torch.eye(5)
    loops[edges[1], edges[0]] = 1
    root = torch.diag(loops.sum(dim=1) ** -0.5)
    spread = root @ loops @ root
    state = model.state_dict()
    hidden = (spread @ features @ state["first.weight"] + state["biases.0"]).relu()
    expected = spread @ hidden @ state["rest.0.weight"].T + state["biases.1"]
    nodes = torch.tensor([4, 0, 2])
    torch.testing.assert_close(model(nodes, features, edges), expected[nodes])


def test_gat_is_the_formula_of_the_paper() -> None:
    features, edges = small_graph()
    features = torch.cat([features, torch.zeros(5, 31)], dim=1)
    model = Gat(hidden=[3], heads=2, output_heads=2).build(KarateClub().card).eval()
    state = model.state_dict()
    heard = torch.eye(5, dtype=torch.bool)
    heard[edges[1], edges[0]] = True

    def layer(hidden: Tensor, number: int, width: int) -> Tensor:
        """`(nodes, heads, width)`, with a softmax over all nodes of which most are masked."""
        heads = []
        for head, part in enumerate(torch.split(hidden, width, dim=1)):
            source = part @ state[f"attentions.{number}.source"][head]
            target = part @ state[f"attentions.{number}.target"][head]
            scores = functional.leaky_relu(target + source.T, 0.2)
            heads.append(scores.masked_fill(~heard, -torch.inf).softmax(dim=1) @ part)
        return torch.stack(heads, dim=1)

    first = layer(features @ state["first.weight"], 0, 3).flatten(1) + state["biases.0"]
    second = layer(functional.elu(first) @ state["rest.0.weight"].T, 1, 4).mean(dim=1)
    nodes = torch.arange(5)
    torch.testing.assert_close(model(nodes, features, edges), second + state["biases.1"])


@pytest.mark.parametrize("spec", [Gcn(), Gat()], ids=lambda spec: spec.kind)
def test_half_precision_is_close_and_learns(spec: Gcn | Gat) -> None:
    features, edges = torch.eye(34), torch.from_numpy(KarateClub().load().edges)
    model = spec.build(KarateClub().card).eval()
    nodes = torch.arange(34)
    whole = model(nodes, features, edges)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(nodes, features, edges)
        model.train()(nodes, features, edges).float().square().mean().backward()
    torch.testing.assert_close(half.float(), whole, rtol=0.05, atol=0.02)
    assert all(weight.grad is not None for weight in model.parameters())


def test_the_published_networks_have_their_sizes() -> None:
    card = Cora().card
    sizes = [
        sum(weight.numel() for weight in model.build(card).parameters()) for model in (Gcn(), Gat())
    ]
    # GAT: 1433 x 64 + 64 + 128, then 64 x 7 + 7 + 14; the two halves of `a` are counted as one.
    assert sizes == [23_063, 92_373]


def test_sparse_features_give_what_dense_ones_give() -> None:
    features = torch.zeros(40, 50)
    features[torch.arange(40), torch.arange(40) % 7] = torch.rand(40)
    features[3] = 0
    layer = FeatureLinear(50, 6, dropout=0.0)
    dense = features @ layer.weight
    sparse = layer.train()(features)
    assert layer._seen is not None
    assert layer._seen[1] is not None
    torch.testing.assert_close(sparse, dense)
    target = torch.rand(40, 6)
    gradients = [
        torch.autograd.grad(functional.mse_loss(each, target), layer.weight)[0]
        for each in (sparse, dense)
    ]
    torch.testing.assert_close(*gradients)


def test_dropout_of_sparse_features_keeps_the_mean_and_the_share() -> None:
    features = torch.zeros(100, 400)
    features[:, 5] = 1.0
    layer = FeatureLinear(400, 1, dropout=0.6).train()
    nn.init.ones_(layer.weight)
    torch.manual_seed(0)
    seen = torch.stack([layer(features) for _ in range(200)])
    kept = (seen != 0).float().mean().item()
    assert kept == pytest.approx(0.4, abs=0.02)
    assert seen.mean().item() == pytest.approx(1.0, abs=0.05)


def test_another_tensor_of_features_is_not_taken_for_the_first() -> None:
    layer = FeatureLinear(50, 6, dropout=0.0).train()
    first, second = torch.eye(50), torch.eye(50) * 2
    torch.testing.assert_close(layer(first) * 2, layer(second))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU")
@pytest.mark.parametrize("model", ["gcn", "gat"])
def test_two_runs_on_a_gpu_are_the_same(model: str) -> None:
    words = [f"model={model}", "training.epochs=20", "hardware.device=cuda"]
    config = override(PRESETS["digits_gcn"], words)
    assert curve(train(config)) == curve(train(config))


@pytest.mark.parametrize("model", ["gcn", "gat"])
def test_a_short_run_learns_and_says_what_the_graph_brings(model: str) -> None:
    config = override(PRESETS["digits_gcn"], [f"model={model}", "training.epochs=30", *SMALL])
    events = [event for event in train(config) if isinstance(event, Evaluation)]
    test = events[-1]
    assert test.split == "test"
    assert test.metrics["accuracy"] > 0.8
    assert len(test.confusion) == 10
    assert test.baseline["accuracy"] == pytest.approx(0.89, abs=0.03)
    assert test.baseline_name.startswith("logistic regression")
    assert not events[0].baseline


def test_the_smallest_preset_finds_the_communities() -> None:
    config = override(PRESETS["karate_gcn"], list(SMALL))
    *_, test = (event for event in train(config) if isinstance(event, Evaluation))
    assert test.metrics["accuracy"] >= 0.7


def test_a_stratified_division_is_drawn_by_its_seed() -> None:
    one, other = (DigitsGraph(split=Split(validation=0.1, test=0.5, seed=s)) for s in (0, 1))
    first, again, second = (each.prepare().parts["test"].places for each in (one, one, other))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
