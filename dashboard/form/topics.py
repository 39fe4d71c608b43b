"""What can be learned, in the words of a person who comes to learn it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.config import RunConfig
from engine.data.card import Card

_TASKS = {
    "language_modelling": "Writing",
    "seq2seq": "Translation",
    "embedding": "Words",
    "rating": "Ratings",
    "node_classification": "Graphs",
}
_MODALITIES = {"image": "Images", "tabular": "Tables", "text": "Texts", "series": "Series"}


def topic(card: Card) -> str:
    """Of a data set: by its task, where that is rare, else by what it is made of."""
    return _TASKS.get(card.task) or _MODALITIES.get(card.modality, "Other")


def by_topic(sources: Mapping[str, RunConfig]) -> dict[str, list[str]]:
    """Names of presets by topic, both in their order. Word counts of a text are texts still."""
    found: dict[str, list[str]] = {}
    for name, config in sources.items():
        found.setdefault(topic(config.data.facts), []).append(name)
    return found
