"""From a draft to a checked `RunConfig`, or to sentences that know their widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from dashboard.form.fields import KIND
from dashboard.form.sentences import sentence
from engine.check import problems
from engine.config import RunConfig

Problems = Mapping[str, tuple[str, ...]]
"""setting path without kinds (`optimizer.learning_rate`) → sentences"""


@dataclass(frozen=True)
class Outcome:
    """What a draft amounts to: `config` is None when a single field already refuses."""

    config: RunConfig | None
    problems: Problems = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Nothing speaks against launching it."""
        return self.config is not None and not self.problems


def check(values: dict[str, Any]) -> Outcome:
    """Field by field first, then what only the whole can know (`engine.check`)."""
    try:
        config = RunConfig.model_validate(values)
    except ValidationError as error:
        found = [(_path(entry["loc"], values), sentence(entry)) for entry in error.errors()]
        return Outcome(None, _grouped(found))
    return Outcome(config, _grouped([(item.path, item.message) for item in problems(config)]))


def _grouped(found: list[tuple[str, str]]) -> Problems:
    paths = dict.fromkeys(path for path, _ in found)
    return {path: tuple(text for at, text in found if at == path) for path in paths}


def _path(place: tuple[int | str, ...], values: Any) -> str:
    """pydantic's place without the union's tag and without an index into a list."""
    parts: list[str] = []
    for part in place:
        if not isinstance(values, dict):
            break
        if part not in values and part == values.get(KIND):
            continue
        parts.append(str(part))
        values = values.get(str(part))
    return ".".join(parts)
