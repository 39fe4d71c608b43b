"""Graph attention."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nets.graph import FeatureLinear, glorot, with_loops


@dataclass(frozen=True)
class Rates:
    """Dropout of what layers read and of attention; slope of the leaky ReLU below 0."""

    dropout: float
    attention_dropout: float
    slope: float


class GatNet(nn.Module):
    """Veličković et al., 2018: hidden layers concatenate their heads, the last one takes the mean.

    `widths` are those of one head, the last being the number of classes; `heads` are as many.
    """

    def __init__(self, features: int, widths: list[int], heads: list[int], rates: Rates) -> None:
        super().__init__()
        self.rates, self.heads = rates, heads
        self.first = FeatureLinear(features, widths[0] * heads[0], rates.dropout)
        incoming = [width * head for width, head in zip(widths, heads, strict=True)]
        rest = [
            nn.Linear(before, width * head, bias=False)
            for before, width, head in zip(incoming, widths[1:], heads[1:], strict=False)
        ]
        for layer in rest:
            nn.init.xavier_uniform_(layer.weight)
        self.rest = nn.ModuleList(rest)
        self.attentions = nn.ModuleList(
            Attention(width, head, rates) for width, head in zip(widths, heads, strict=True)
        )
        outgoing = [*incoming[:-1], widths[-1]]
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(width)) for width in outgoing)

    def forward(self, nodes: Tensor, features: Tensor, edges: Tensor) -> Tensor:
        """Scores `(batch, classes)` of the nodes int64 `(batch,)`, from the whole graph."""
        sources, targets = with_loops(edges, len(features))
        layers = [self.first, *self.rest]
        hidden = features
        for number, (layer, attention) in enumerate(zip(layers, self.attentions, strict=True)):
            if number:
                hidden = functional.dropout(hidden, self.rates.dropout, self.training)
            heads = attention(layer(hidden), sources, targets)
            last = number == len(layers) - 1
            hidden = (heads.mean(dim=1) if last else heads.flatten(1)) + self.biases[number]
            hidden = hidden if last else functional.elu(hidden)
        return hidden.index_select(0, nodes)


class Attention(nn.Module):
    """Each node reads its neighbours and itself; every head decides for itself how much of whom."""

    def __init__(self, width: int, heads: int, rates: Rates) -> None:
        super().__init__()
        self.width, self.heads, self.rates = width, heads, rates
        self.source, self.target = glorot(heads, width, 1), glorot(heads, width, 1)

    def forward(self, hidden: Tensor, sources: Tensor, targets: Tensor) -> Tensor:
        """`(nodes, heads, width)` of `(nodes, heads x width)`; edges int64 `(edges,)` each."""
        values = hidden.view(len(hidden), self.heads, self.width)
        sent = (values * self.source.squeeze(2)).sum(dim=2)
        asked = (values * self.target.squeeze(2)).sum(dim=2)
        liking = sent.index_select(0, sources) + asked.index_select(0, targets)
        shares = softmax(functional.leaky_relu(liking, self.rates.slope), targets, len(hidden))
        shares = functional.dropout(shares, self.rates.attention_dropout, self.training)
        arriving = values.index_select(0, sources) * shares[:, :, None]
        return arriving.new_zeros(values.shape).index_add(0, targets, arriving)


def softmax(scores: Tensor, targets: Tensor, nodes: int) -> Tensor:
    """`(edges, heads)` that sum to 1 over the edges of each target.

    The largest score of each head is taken away first, so that no exponential overflows. It is
    that of the whole graph: the largest of each node would need an operation that CUDA does not
    do in a fixed order. 1e-16 keeps a node finite whose scores all lie 80 below.
    """
    powers = (scores - scores.detach().amax(dim=0)).exp()
    sums = powers.new_zeros(nodes, powers.shape[1]).index_add(0, targets, powers)
    return powers / (sums.index_select(0, targets) + 1e-16)
