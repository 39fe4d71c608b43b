"""A pretrained encoder of transformers, from BERT to ModernBERT, with a head that classifies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, BertConfig, PretrainedConfig

from engine.nets.weights import fill, read_weights
from engine.problem import Problem, SettingsError

Pooling = Literal["mean", "first", "pooler"]
POSITIONS = 512
"""longest text of an encoder from scratch, as BERT's"""
TOKENS_AT_ONCE = 2**13
"""in one forward pass of an evaluation"""
ALIKE = 8
"""texts of about one length that pass together on a CPU"""


@dataclass(frozen=True)
class BertSizes:
    """Of an encoder from scratch."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    dense: int


@dataclass(frozen=True)
class Marks:
    """Numbers of tokens that mean something: `first` is put before every text if it is given."""

    padding: int
    separator: int
    first: int | None


class BertNet(nn.Module):
    """Tokens int64 `(batch, length)` to scores `(batch, outputs)`."""

    def __init__(
        self, encoder: nn.Module, marks: Marks, pooling: Pooling, outputs: int, dropout: float
    ) -> None:
        super().__init__()
        config: Any = encoder.config
        self.encoder, self.marks, self.pooling = encoder, marks, pooling
        self.kinds = int(getattr(config, "type_vocab_size", 0) or 0)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(config.hidden_size, outputs)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores of each text, or its value."""
        if tokens.device.type == "cpu":
            return self._by_length(tokens)
        if self.training:
            return self._scores(tokens)
        # Evaluations come with very large batches, which a large encoder has no room for.
        some = max(1, TOKENS_AT_ONCE // tokens.shape[1])
        return torch.cat([self._scores(part) for part in torch.split(tokens, some)])

    def _by_length(self, tokens: Tensor) -> Tensor:
        """Short texts apart from long ones: otherwise half of the work is for padding."""
        order = (tokens != self.marks.padding).sum(1).argsort(stable=True)
        scores = torch.cat([self._scores(tokens[some]) for some in torch.split(order, ALIKE)])
        return scores[order.argsort()]

    def _scores(self, tokens: Tensor) -> Tensor:
        if self.marks.first is not None:
            tokens = nn.functional.pad(tokens, (1, 0), value=self.marks.first)
        inside = tokens != self.marks.padding
        if tokens.device.type == "cpu":
            # On a GPU it would have to wait for this.
            longest = max(1, int(inside.sum(1).max()))
            tokens, inside = tokens[:, :longest], inside[:, :longest]
        # Four dimensions: of two, transformers would ask the device whether all are inside.
        mask = inside[:, None, None].expand(-1, -1, tokens.shape[1], -1)
        found = self.encoder(input_ids=tokens, attention_mask=mask, **self._kinds(tokens))
        if self.pooling == "pooler":
            pooled: Tensor = found.pooler_output
        elif self.pooling == "first":
            pooled = found.last_hidden_state[:, 0]
        else:
            shares = inside[:, :, None] / inside.sum(1).clamp(min=1)[:, None, None]
            pooled = (found.last_hidden_state * shares).sum(1)
        scores: Tensor = self.head(self.dropout(pooled))
        return scores

    def _kinds(self, tokens: Tensor) -> dict[str, Tensor]:
        """BERT's token types: 0 up to the first separator, then 1, for two texts in one."""
        if self.kinds < 2:
            return {}
        ends = (tokens == self.marks.separator).long()
        return {"token_type_ids": (ends.cumsum(1) - ends).clamp(max=1)}


def from_scratch(sizes: BertSizes, pooling: Pooling, dropout: float) -> nn.Module:
    """BERT with random weights."""
    config = BertConfig(
        vocab_size=sizes.vocabulary,
        num_hidden_layers=sizes.layers,
        hidden_size=sizes.width,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.dense,
        max_position_embeddings=POSITIONS,
    )
    return _built(config, pooling, dropout)


def from_folder(folder: Path, pooling: Pooling, dropout: float) -> nn.Module:
    """The encoder of `folder`; on the meta device without its weights.

    Raises:
        SettingsError: it is no encoder that transformers knows, or its files do not fit together.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        encoder = _built(config, pooling, dropout)
    except (ValueError, KeyError) as error:
        message = f"transformers cannot build the model of {folder}: {str(error).splitlines()[0]}"
        raise SettingsError([Problem("model.pretrained", message)]) from error
    if torch.get_default_device().type == "meta":
        return encoder
    prefix = f"{encoder.base_model_prefix}."
    weights = {
        name.removeprefix(prefix).replace(".gamma", ".weight").replace(".beta", ".bias"): weight
        for name, weight in read_weights(folder).items()
    }
    fill(encoder, weights, folder)
    return encoder


def freeze(encoder: nn.Module, layers: int) -> None:
    """Keeps the embeddings and the lowest `layers` blocks as they are."""
    blocks = next(
        module for module in encoder.modules() if isinstance(module, nn.ModuleList) and len(module)
    )
    for module in (encoder.get_submodule("embeddings"), *blocks[:layers]):
        module.requires_grad_(requires_grad=False)


def _built(config: PretrainedConfig, pooling: Pooling, dropout: float) -> nn.Module:
    names = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")
    for name in names:
        if hasattr(config, name):
            setattr(config, name, dropout)
    # transformers gives this method no types.
    built: Any = AutoModel.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
    if pooling != "pooler" and hasattr(built, "pooler"):
        built.pooler = None
    elif pooling == "pooler" and getattr(built, "pooler", None) is None:
        message = f"a model of the type {config.model_type} has no pooler; choose mean or first"
        raise SettingsError([Problem("model.pooling", message)])
    encoder: nn.Module = built
    return encoder
