"""A pretrained T5 as transformers keeps it, as ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.nets.t5 import T5Design, T5Net
from engine.nets.weights import fill, read_weights, weight_names

_NAMES = (
    (r"^shared\.", "source_embedding."),
    (r"^lm_head\.", "head."),
    (r"\.final_layer_norm\.", ".norm."),
    (r"\.block\.0\.layer\.0\.SelfAttention\.relative_attention_bias\.", ".distances."),
    (r"\.block\.", ".blocks."),
    (r"\.layer\.0\.SelfAttention\.", ".attention."),
    (r"\.layer\.0\.layer_norm\.", ".attention_norm."),
    (r"\.layer\.1\.EncDecAttention\.", ".crossing."),
    (r"^(decoder\..*)\.layer\.1\.layer_norm\.", r"\1.crossing_norm."),
    (r"\.layer\.[12]\.DenseReluDense\.", ".dense."),
    (r"\.layer\.[12]\.layer_norm\.", ".dense_norm."),
    (r"\.dense\.(wi|wi_1)\.", ".dense.inner."),
    (r"\.dense\.wi_0\.", ".dense.gate."),
    (r"\.dense\.wo\.", ".dense.wide."),
    (r"\.(attention|crossing)\.q\.", r".\1.query."),
    (r"\.(attention|crossing)\.k\.", r".\1.key."),
    (r"\.(attention|crossing)\.v\.", r".\1.value."),
    (r"\.(attention|crossing)\.o\.", r".\1.out."),
)


def t5_from_folder(folder: Path, config: Mapping[str, Any], dropout: float) -> T5Net:
    """The model of `folder`, whose config.json says `config`; on the meta device without weights.

    Raises:
        SettingsError: its files are damaged or do not fit together.
    """
    design = design_of(config, weight_names(folder))
    model = T5Net(design, dropout)
    if torch.get_default_device().type != "meta":
        fill(model, renamed(read_weights(folder), tied=design.tied), folder)
    return model


def design_of(config: Mapping[str, Any], names: set[str]) -> T5Design:
    """The sizes that config.json tells; `names` are those of the weights.

    T5 1.1 has `tie_word_embeddings: false`; transformers 5 writes it as `scale_decoder_outputs`.
    """
    scaled = config.get("scale_decoder_outputs", config.get("tie_word_embeddings", True))
    return T5Design(
        source=config["vocab_size"],
        target=config["vocab_size"],
        width=config["d_model"],
        heads=config["num_heads"],
        head_width=config["d_kv"],
        dense=config["d_ff"],
        layers=config["num_layers"],
        decoder_layers=config.get("num_decoder_layers") or config["num_layers"],
        shared=True,
        tied=bool(scaled) or "lm_head.weight" not in names,
        scaled=bool(scaled),
        activation="relu" if config.get("feed_forward_proj", "relu") == "relu" else "gated_gelu",
        buckets=config.get("relative_attention_num_buckets", 32),
        longest=config.get("relative_attention_max_distance", 128),
        epsilon=config.get("layer_norm_epsilon", 1e-6),
    )


def renamed(weights: dict[str, Tensor], *, tied: bool) -> dict[str, Tensor]:
    """The same weights under our names; copies of what is shared are left out.

    Old files keep the scores' weights beside the embedding they are tied to, and each stack's
    embedding beside the shared one.
    """
    copies = {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}
    if tied:
        copies.add("lm_head.weight")
    # The second attention of a decoder never used its table of distances (T5's first release).
    found = {name: weight for name, weight in weights.items() if name not in copies}
    return {
        _our_name(name): weight
        for name, weight in found.items()
        if "EncDecAttention.relative_attention_bias" not in name
    }


def _our_name(name: str) -> str:
    for pattern, replacement in _NAMES:
        name = re.sub(pattern, replacement, name)
    return name
