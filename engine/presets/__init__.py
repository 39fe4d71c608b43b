"""Whole runs that are known to work, by name: `python -m engine preset=iris_mlp`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.config import RunConfig
from engine.data import Data
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


def first_for(data: Data) -> RunConfig | None:
    """The first preset whose model takes these data, of this data set if there is one: what to
    go on with when a model cannot take them. None where no preset learns such a thing.
    """
    card = data.card
    fitting = [
        each
        for each in PRESETS.values()
        if card.task in each.model.tasks and card.modality in each.model.modalities
    ]
    same = [each for each in fitting if each.data.kind == data.kind]
    alike = [each for each in fitting if each.data.card.modality == card.modality]
    return next(iter([*same, *alike]), None)
