"""A pretrained GPT-2 in the layout of transformers, as our module."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from engine.nets.gpt import GptDesign, GptNet
from engine.nets.weights import fill, read_weights
from engine.problem import Problem, SettingsError

_NAMES = (
    (r"^transformer\.", ""),
    (r"^wte\.", "tokens."),
    (r"^wpe\.", "positions."),
    (r"^ln_f\.", "norm."),
    (r"^lm_head\.", "head."),
    (r"^h\.", "blocks."),
    (r"\.ln_1\.", ".attention_norm."),
    (r"\.ln_2\.", ".dense_norm."),
    (r"\.attn\.c_attn\.", ".attention.input."),
    (r"\.attn\.c_proj\.", ".attention.output."),
    (r"\.mlp\.c_fc\.", ".up."),
    (r"\.mlp\.c_proj\.", ".down."),
)
_TURNED = re.compile(r"\.(input|output|up|down)\.weight$")
"""GPT-2 keeps these as `(inputs, outputs)`, and linear layers are `(outputs, inputs)`"""
_GELUS: dict[str, Literal["tanh", "none"]] = {
    "gelu_new": "tanh",
    "gelu_pytorch_tanh": "tanh",
    "gelu": "none",
}


def from_folder(folder: Path, context: int, dropout: float) -> GptNet:
    """The model of `folder` with its weights, seeing `context` tokens; on meta without weights.

    Raises:
        SettingsError: it is no GPT-2, is damaged, or sees less than `context` tokens.
    """
    model = GptNet(_design(folder, context), dropout)
    if not model.tokens.weight.is_meta:
        weights = renamed(read_weights(folder))
        places = weights.get("positions.weight")
        if places is not None:
            weights["positions.weight"] = places[:context]
        fill(model, weights, folder)
    return model


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same weights under our names and in the shapes of linear layers."""
    found: dict[str, Tensor] = {}
    for name, weight in weights.items():
        for pattern, ours in _NAMES:
            name = re.sub(pattern, ours, name)
        found[name] = weight.t() if _TURNED.search(name) else weight
    return found


def _design(folder: Path, context: int) -> GptDesign:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for strange in _strange(config):
        raise _problem(f"{folder} {strange}; choose a model of the GPT-2 family")
    if context > config["n_positions"]:
        most = config["n_positions"]
        raise SettingsError(
            [Problem("data.context", f"{context} tokens, and {folder} sees at most {most}")]
        )
    return GptDesign(
        vocabulary=config["vocab_size"],
        context=context,
        layers=config["n_layer"],
        width=config["n_embd"],
        heads=config["n_head"],
        tied=config.get("tie_word_embeddings", True),
        epsilon=config.get("layer_norm_epsilon", 1e-5),
        gelu=_GELUS[config.get("activation_function", "gelu_new")],
    )


def _strange(config: dict[str, Any]) -> list[str]:
    """What this GPT does unlike GPT-2, so that our module would count otherwise."""
    found = []
    if config.get("model_type") != "gpt2":
        found.append(f"is a model of the kind {config.get('model_type')}")
    if config.get("activation_function", "gelu_new") not in _GELUS:
        found.append(f"uses the activation {config['activation_function']}")
    if config.get("n_inner") not in (None, 4 * config.get("n_embd", 0)):
        found.append("has dense layers that are not 4 widths wide")
    if config.get("scale_attn_by_inverse_layer_idx") or not config.get("scale_attn_weights", True):
        found.append("scales its attention in another way")
    return found


def _problem(message: str) -> SettingsError:
    return SettingsError([Problem("model.pretrained", message)])
