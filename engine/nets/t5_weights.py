"""From the weights that transformers keeps of a T5 to ours, by name."""

from __future__ import annotations

import re

from torch import Tensor

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
