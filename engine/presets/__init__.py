"""Whole runs that are known to work, by name: `python -m engine preset=iris_mlp`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.config import RunConfig
from engine.presets import bert, graph, image, language, ratings, seq2seq, tabular, text

PRESETS: Mapping[str, RunConfig] = MappingProxyType(
    {
        **image.PRESETS,
        **tabular.PRESETS,
        **ratings.PRESETS,
        **graph.PRESETS,
        **language.PRESETS,
        **text.PRESETS,
        **bert.PRESETS,
        **seq2seq.PRESETS,
    }
)
