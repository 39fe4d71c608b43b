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
_ORDER = (
    *("Images", "Tables", "Texts", "Series", "Writing", "Translation"),
    *("Words", "Ratings", "Graphs", "Other"),
)
_MODALITIES = {"image": "Images", "tabular": "Tables", "text": "Texts", "series": "Series"}


def topic(card: Card) -> str:
    """Of a data set: by its task, where that is rare, else by what it is made of."""
    return _TASKS.get(card.task) or _MODALITIES.get(card.modality, "Other")


def by_topic(sources: Mapping[str, RunConfig]) -> dict[str, list[str]]:
    """Names of presets by topic, the common topics first. Word counts of a text are texts still."""
    found: dict[str, list[str]] = {name: [] for name in _ORDER}
    for name, config in sources.items():
        found[topic(config.data.facts)].append(name)
    return {name: members for name, members in found.items() if members}
