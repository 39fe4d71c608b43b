"""Recurrent networks and the Transformer encoder: padding, directions, attention, positions."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine.config import RunConfig
from engine.data.card import Card
from engine.models import Gru, Lstm, Rnn, Transformer
from engine.models.base import ModelSpec
from engine.nets.encoder import SelfAttention, sinusoids
from engine.nets.recurrent import RecurrentLayer
from engine.outlook.summary import summarize
from engine.settings.command import override

TEXT = Card("classification", "text", 100, (12,), classes=("a", "b", "c"), vocabulary=50)
SERIES = Card("regression", "series", 100, (9, 4))

MODELS: dict[str, ModelSpec] = {
    "rnn": Rnn(),
    "lstm": Lstm(),
    "gru": Gru(),
    "both ways": Gru(bidirectional=True, layers=[8, 6]),
    "mean": Lstm(bidirectional=True, pooling="mean"),
    "max": Rnn(pooling="max", dense=[]),
    "transformer": Transformer(),
    "learned": Transformer(positions="learned", pooling="first"),
    "largest": Transformer(positions="none", pooling="max", width=6, heads=3),
}
LENGTHS = [12, 1, 5, 7]


def texts(length: int = 12) -> torch.Tensor:
    """Four texts of different lengths, padded."""
    tokens = torch.randint(1, 50, (4, length), generator=torch.Generator().manual_seed(0))
    for row, size in enumerate(LENGTHS):
        tokens[row, size:] = 0
    return tokens


@pytest.mark.parametrize("name", MODELS)
def test_padding_changes_nothing(name: str) -> None:
    torch.manual_seed(0)
    model = MODELS[name].build(TEXT).eval()
    together = model(texts())
    assert together.shape == (4, 3)
    alone = torch.cat([model(texts()[row : row + 1, :size]) for row, size in enumerate(LENGTHS)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
    last = model(texts()[1:])
    torch.testing.assert_close(last, together[1:], atol=1e-5, rtol=1e-4)
    assert together[0].sub(together[1]).abs().max() > 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_series_and_empty_texts_have_an_answer(name: str) -> None:
    series = MODELS[name].build(SERIES)(torch.randn(5, 9, 4))
    assert series.shape == (5, 1)
    empty = MODELS[name].build(TEXT)(torch.zeros(2, 12, dtype=torch.long))
    assert torch.isfinite(torch.cat([series.flatten(), empty.flatten()])).all()


@pytest.mark.parametrize("name", MODELS)
def test_every_weight_learns_and_padding_has_none(name: str) -> None:
    model = MODELS[name].build(TEXT)
    model(texts()).pow(2).sum().backward()
    missing = [name for name, weight in model.named_parameters() if weight.grad is None]
    assert missing == []
    embedding = model.get_submodule("reader.embedding")
    assert isinstance(embedding, nn.Embedding)
    assert embedding.weight.grad is not None
    assert embedding.weight.grad[0].abs().max() == 0
    assert embedding.weight[0].abs().max() == 0


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_layer_both_ways_is_that_of_packed_sequences(cell: Any) -> None:
    layer = RecurrentLayer(cell, 5, 7, bidirectional=True)
    kind: Any = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
    theirs = kind(5, 7, batch_first=True, bidirectional=True)
    assert layer.backwards is not None
    with torch.no_grad():
        for name, weight in layer.forwards.named_parameters():
            getattr(theirs, name).copy_(weight)
            getattr(theirs, f"{name}_reverse").copy_(layer.backwards.get_parameter(name))
    inputs, lengths = torch.randn(4, 12, 5), torch.tensor(LENGTHS)
    packed = pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
    states, final = theirs(packed)
    expected, _ = pad_packed_sequence(states, batch_first=True)
    hidden = final[0] if cell == "lstm" else final
    found, ends = layer(inputs, lengths)
    inside = (torch.arange(12) < lengths[:, None])[:, :, None]
    torch.testing.assert_close(found * inside, expected)
    torch.testing.assert_close(ends, torch.cat([hidden[0], hidden[1]], dim=1))


def test_attention_is_the_formula() -> None:
    attention = SelfAttention(6, 2)
    hidden = torch.randn(1, 5, 6)
    mask = torch.tensor([True, True, True, False, False])
    query, key, value = attention.input(hidden)[0].split(6, dim=1)
    heads = []
    for columns in (slice(0, 3), slice(3, 6)):
        scores = query[:, columns] @ key[:, columns].T / math.sqrt(3)
        shares = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
        heads.append(shares @ value[:, columns])
    expected = attention.output(torch.cat(heads, dim=1))
    torch.testing.assert_close(attention(hidden, mask[None, None, None])[0], expected)


def test_positions_are_waves() -> None:
    waves = sinusoids(20, 6)
    for place in (0, 1, 19):
        for pair in range(3):
            angle = place / 10_000 ** (2 * pair / 6)
            assert waves[place, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-5)
            assert waves[place, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-5)


def test_without_positions_order_is_lost() -> None:
    torch.manual_seed(0)
    tokens = torch.tensor([[4, 5, 6, 7], [7, 5, 4, 6]])
    blind = Transformer(positions="none").build(TEXT).eval()(tokens)
    torch.testing.assert_close(blind[0], blind[1], atol=1e-5, rtol=1e-4)
    seeing = Transformer().build(TEXT).eval()(tokens)
    assert seeing[0].sub(seeing[1]).abs().max() > 1e-3


def test_the_classic_net_has_its_layers() -> None:
    """Embedding 64 - LSTM 64 - LSTM 64 - Dense 64, counted by hand."""
    model = Lstm().build(TEXT)
    lstm = 4 * 64 * (64 + 64 + 2)
    assert sum(weight.numel() for weight in model.parameters()) == (
        50 * 64 + 2 * lstm + (64 * 64 + 64) + (64 * 3 + 3)
    )


def test_an_lstm_begins_with_its_forget_gate_open() -> None:
    layer = RecurrentLayer("lstm", 3, 4, bidirectional=False)
    bias = layer.forwards.get_parameter("bias_ih_l0") + layer.forwards.get_parameter("bias_hh_l0")
    assert bias.tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8


def test_heads_must_divide_the_width() -> None:
    problems = list(Transformer(width=64, heads=5).problems(TEXT))
    assert [problem.path for problem in problems] == ["model.heads"]
    assert "use e.g. 4 heads" in problems[0].message
    assert not list(Transformer(width=64, heads=8).problems(TEXT))


@pytest.mark.parametrize("model", ["rnn", "lstm", "gru", "transformer"])
def test_a_run_is_summed_up_before_it_begins(model: str) -> None:
    config = override(RunConfig(), ["data=digit_rows", f"model={model}"])
    summary = summarize(config)
    built = config.model.build(config.data.card)
    assert summary.parameters == sum(weight.numel() for weight in built.parameters())
    assert sum(layer.parameters for layer in summary.layers) == summary.parameters
    assert summary.layers[-1].output == [10]
