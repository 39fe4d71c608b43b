"""An LSTM that reads, attention, and an LSTM that writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from engine.nets.reader import BothWays

Attention = Literal["luong", "bahdanau", "none"]
Hidden = tuple[Tensor, Tensor]
"""hidden and cell state of the writing LSTM, each `(layers, batch, hidden)`"""


@dataclass(frozen=True)
class RecurrentSizes:
    """Numbers of tokens and widths; `source` and `target` are vocabulary sizes."""

    source: int
    target: int
    embedding: int
    hidden: int
    layers: int
    dropout: float


@dataclass(frozen=True)
class Reading:
    """What is kept of a source while its target is written.

    `values` `(batch, length, 2 x hidden)` are the reader's states, `keys` `(batch, length, hidden)`
    what the attention compares with, `hidden` the writer's state after the last token.
    """

    values: Tensor
    keys: Tensor
    padding: Tensor
    hidden: Hidden


class RecurrentTranslator(nn.Module):
    """Sutskever et al. 2014 with attention of Bahdanau et al. 2015 or Luong et al. 2015.

    The reader goes both ways. Source tokens of number 0 are padding and change nothing.
    """

    def __init__(self, sizes: RecurrentSizes, attention: Attention, forcing: float) -> None:
        super().__init__()
        self.attention, self.forcing, hidden = attention, forcing, sizes.hidden
        between = sizes.dropout if sizes.layers > 1 else 0.0
        self.dropout = nn.Dropout(sizes.dropout)
        self.source_embedding = nn.Embedding(sizes.source, sizes.embedding)
        self.target_embedding = nn.Embedding(sizes.target, sizes.embedding)
        self.reader = BothWays(sizes.embedding, hidden, sizes.layers, sizes.dropout)
        self.first_hidden = nn.Linear(2 * hidden, hidden)
        self.first_cell = nn.Linear(2 * hidden, hidden)
        width = sizes.embedding + (2 * hidden if attention == "bahdanau" else 0)
        self.writer = nn.LSTM(width, hidden, sizes.layers, batch_first=True, dropout=between)
        if attention != "none":
            self.key = nn.Linear(2 * hidden, hidden, bias=False)
            self.mix = nn.Linear(3 * hidden, hidden)
        if attention == "bahdanau":
            self.query = nn.Linear(hidden, hidden)
            self.score = nn.Linear(hidden, 1, bias=False)
        self.output = nn.Linear(hidden, sizes.target)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Scores `(batch, target_length, target vocabulary)` of the token after each of `target`.

        `source` is `(batch, length)`, `target` `(batch, target_length)`, shifted by one: it begins
        with the start.
        """
        reading = self.begin(source)
        if not self.training or self.forcing == 1.0:
            return self.step(target, reading)[0]
        return self._less_forced(target, reading)

    def begin(self, source: Tensor) -> Reading:
        """Reads `source` `(batch, length)`."""
        lengths = (source != 0).sum(1).clamp(min=1)
        values, last = self.reader(self.dropout(self.source_embedding(source)), lengths)
        padding = torch.arange(source.shape[1], device=source.device) >= lengths[:, None]
        keys = values if self.attention == "none" else self.key(values)
        first = (self.first_hidden(last).tanh(), self.first_cell(last))
        return Reading(values, keys, padding, first)

    def step(self, tokens: Tensor, reading: Reading) -> tuple[Tensor, Reading]:
        """Scores after each of `tokens` `(batch, count)`, and where the writer then stands."""
        embedded = self.dropout(self.target_embedding(tokens))
        if self.attention == "bahdanau":
            features, hidden = self._looking_first(embedded, reading)
        else:
            features, hidden = self.writer(embedded, reading.hidden)
            if self.attention == "luong":
                seen = self._seen(features @ reading.keys.transpose(1, 2), reading)
                features = self.mix(torch.cat([features, seen], 2)).tanh()
        scores = self.output(self.dropout(features))
        return scores, Reading(reading.values, reading.keys, reading.padding, hidden)

    def _seen(self, scores: Tensor, reading: Reading) -> Tensor:
        """What attention finds at `scores` `(batch, count, length)`: `(batch, count, 2 hidden)`."""
        shares = scores.masked_fill(reading.padding[:, None], float("-inf")).softmax(2)
        return shares @ reading.values

    def _looking_first(self, embedded: Tensor, reading: Reading) -> tuple[Tensor, Hidden]:
        """Bahdanau's order: the state before a token decides where to look, then the token is
        read together with what was seen. So tokens go one by one.
        """
        hidden, found = reading.hidden, []
        for token in torch.split(embedded, 1, 1):
            compared = (reading.keys + self.query(hidden[0][-1])[:, None]).tanh()
            seen = self._seen(self.score(compared).transpose(1, 2), reading)
            features, hidden = self.writer(torch.cat([token, seen], 2), hidden)
            found.append(self.mix(torch.cat([features, seen], 2)).tanh())
        return torch.cat(found, 1), hidden

    def _less_forced(self, target: Tensor, reading: Reading) -> Tensor:
        """Scheduled sampling (Bengio et al. 2015): some tokens are the writer's own guesses."""
        forced = torch.rand(target.shape, device=target.device) < self.forcing
        tokens = target[:, :1]
        found: list[Tensor] = []
        for place in range(target.shape[1]):
            if place:
                own = found[-1].argmax(2)
                here = slice(place, place + 1)
                tokens = torch.where(forced[:, here], target[:, here], own)
            scores, reading = self.step(tokens, reading)
            found.append(scores)
        return torch.cat(found, 1)
