"""Recurrent layers over texts or series of different lengths, and what is made of their states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from engine.nets.sequences import Reader, lengths_of, pooled, trimmed

Cell = Literal["rnn", "lstm", "gru"]
Pooling = Literal["last", "mean", "max"]


@dataclass(frozen=True)
class RecurrentSizes:
    """`layers`: units of each recurrent layer, in each direction; `dense`: units after them."""

    cell: Cell
    layers: tuple[int, ...]
    dense: tuple[int, ...]
    outputs: int
    bidirectional: bool
    pooling: Pooling
    dropout: float


class RecurrentNet(nn.Module):
    """Tokens int64 `(batch, length)` or series float32 `(batch, time, features)` to scores
    `(batch, outputs)`. What is padded comes out as if it were not.
    """

    def __init__(self, reader: Reader, sizes: RecurrentSizes) -> None:
        super().__init__()
        self.reader = reader
        self.pooling = sizes.pooling
        self.layers = nn.ModuleList()
        width = reader.width
        for units in sizes.layers:
            self.layers.append(RecurrentLayer(sizes.cell, width, units, sizes.bidirectional))
            width = units * (2 if sizes.bidirectional else 1)
        self.dropout = nn.Dropout(sizes.dropout)
        head: list[nn.Module] = []
        for units in sizes.dense:
            head += [nn.Linear(width, units), nn.ReLU(), nn.Dropout(sizes.dropout)]
            width = units
        self.head = nn.Sequential(*head, nn.Linear(width, sizes.outputs))

    def forward(self, inputs: Tensor) -> Tensor:
        lengths = lengths_of(inputs)
        inputs = trimmed(inputs, lengths)
        states, ends = self.reader(inputs), None
        for layer in self.layers:
            states, ends = layer(self.dropout(states), lengths)
        found = ends if self.pooling == "last" else pooled(states, lengths, self.pooling)
        scores: Tensor = self.head(self.dropout(found))
        return scores


class RecurrentLayer(nn.Module):
    """One layer of cells, or two that read in opposite directions.

    No packed sequences: they cost 1.4 times as much on a CPU and make a GPU wait for lengths.
    Padding comes last, so it cannot change what was read before it; the layer that reads
    backwards gets every text turned round within its own length.
    """

    def __init__(self, cell: Cell, width: int, units: int, bidirectional: bool) -> None:
        super().__init__()
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.forwards = kind(width, units, batch_first=True)
        self.backwards = kind(width, units, batch_first=True) if bidirectional else None
        for module in (self.forwards, self.backwards):
            if module is not None:
                _initialise(module, cell, units)

    def forward(self, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """States `(batch, length, units)`, and those after the last input `(batch, units)`.

        Both directions stand side by side; states at padding mean nothing.
        """
        states, _ = self.forwards(inputs)
        last = (lengths - 1)[:, None]
        if self.backwards is None:
            return states, _picked(states, last)[:, 0]
        places = torch.arange(inputs.shape[1], device=inputs.device)
        turned = (last - places).clamp(min=0)
        back, _ = self.backwards(_picked(inputs, turned))
        ends = torch.cat([_picked(states, last), _picked(back, last)], dim=2)[:, 0]
        return torch.cat([states, _picked(back, turned)], dim=2), ends


def _picked(states: Tensor, places: Tensor) -> Tensor:
    """States at `places` `(batch, count)`."""
    return states.gather(1, places[:, :, None].expand(-1, -1, states.shape[2]))


def _initialise(module: nn.Module, cell: Cell, units: int) -> None:
    """Glorot and orthogonal weights, an LSTM's forget gate open: what Keras and others begin with.

    PyTorch's own make the plain RNN forget at once, and the LSTM slow to learn
    (Jozefowicz et al. 2015).
    """
    for name, parameter in module.named_parameters():
        for number in range(len(parameter) // units):
            gate = parameter.detach()[number * units : (number + 1) * units]
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            elif name.startswith("weight_hh"):
                nn.init.orthogonal_(gate)
            else:
                forgets = cell == "lstm" and number == 1 and name.startswith("bias_ih")
                nn.init.constant_(gate, 1.0 if forgets else 0.0)
