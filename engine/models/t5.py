"""T5: a Transformer that reads a text and writes another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.tokens.pretrained import Pretrained, read_tokenizer
from engine.models.base import Dropout, ModelSpec
from engine.models.pretrained import HELP, local_config, pretrained_folder, pretrained_problems
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

TYPES = ("t5", "mt5")
FORWARDS = ("relu", "gated-gelu")
NEEDED = ("vocab_size", "d_model", "d_kv", "d_ff", "num_layers", "num_heads")


class T5(ModelSpec):
    """Reads with one Transformer and writes with another; positions are distances.

    Raffel et al. 2020. T5-small has 6 layers, width 512, 8 heads of 64 and dense layers of 2,048:
    60,506,624 parameters with its 32,128 tokens. It may start from pretrained weights.
    """

    title: ClassVar[str] = "T5"
    tasks: ClassVar[tuple[str, ...]] = ("seq2seq",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["t5"] = "t5"
    pretrained: str = Field(
        "",
        max_length=500,
        description=f"{HELP}empty: from scratch, with the sizes below. Of T5 1.0, 1.1 and mT5",
        examples=["google-t5/t5-small"],
    )
    layers: int = Field(2, ge=1, le=96, description="blocks on each side, from scratch only")
    width: int = Field(
        128, ge=1, le=16_384, description="numbers that stand for one token, from scratch only"
    )
    heads: int = Field(4, ge=1, le=256, description="attentions in each block, from scratch only")
    head_width: int = Field(
        32, ge=1, le=4_096, description="width of each attention, from scratch only"
    )
    dense: int = Field(
        256,
        ge=1,
        le=65_536,
        description="units of the dense layer in each block, from scratch only; often 4 widths",
    )
    activation: Literal["relu", "gated_gelu"] = Field(
        "relu", description="in the dense layers, from scratch only; gated_gelu is that of T5 1.1"
    )
    dropout: Dropout = Field(0.1, description="share of units silenced per step")

    def problems(self, card: Card) -> Iterator[Problem]:  # noqa: ARG002
        if not self.pretrained:
            return
        found = list(pretrained_problems(self.pretrained))
        config = local_config(self.pretrained)
        if not found and config:
            found = list(_config_problems(self.pretrained, config))
        yield from found

    def tokens(self) -> Pretrained | None:
        if not self.pretrained:
            return None
        folder = pretrained_folder(self.pretrained)
        try:
            vocabulary = read_tokenizer(folder)
        except FileNotFoundError as error:
            raise SettingsError([Problem("model.pretrained", str(error))]) from error
        start = local_config(str(folder)).get("decoder_start_token_id") or 0
        return replace(vocabulary, start_number=start)

    def build(self, card: Card) -> nn.Module:
        """Maps sources and shifted targets to `(batch, target_length, target vocabulary)`."""
        from engine.nets.t5 import T5Design, T5Net
        from engine.nets.t5_weights import t5_from_folder

        if self.pretrained:
            folder = pretrained_folder(self.pretrained)
            config = local_config(str(folder))
            found = list(_config_problems(self.pretrained, config))
            if found:
                raise SettingsError(found)
            return t5_from_folder(folder, config, self.dropout)
        design = T5Design(
            source=card.vocabulary,
            target=card.target_vocabulary,
            width=self.width,
            heads=self.heads,
            head_width=self.head_width,
            dense=self.dense,
            layers=self.layers,
            decoder_layers=self.layers,
            activation=self.activation,
        )
        return T5Net(design, self.dropout)


def _config_problems(name: str, config: dict[str, object]) -> Iterator[Problem]:
    """Why config.json is not that of a T5 that is known here."""
    lacking = [key for key in NEEDED if not isinstance(config.get(key), int)]
    forward = config.get("feed_forward_proj", "relu")
    if config.get("model_type") not in TYPES or lacking or forward not in FORWARDS:
        yield Problem(
            "model.pretrained",
            f"{name} is of the type {config.get('model_type')}, and this model takes weights of "
            "T5 1.0, T5 1.1 and mT5; give one of these, e.g. google-t5/t5-small, or leave it empty",
        )
    elif config.get("pad_token_id", 0) != 0:
        yield Problem(
            "model.pretrained",
            f"the padding of {name} is token {config['pad_token_id']}, and T5's is 0; give "
            "another model",
        )
