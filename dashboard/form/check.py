"""From a draft to a checked `RunConfig`, or to sentences that know their widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from dashboard.text import finished
from engine.config import RunConfig
from engine.problem import Problem
from engine.settings.check import problems
from engine.settings.sentences import problems_of

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
    """Field by field first, then what only the whole can know (`engine.settings.check`)."""
    try:
        config = RunConfig.model_validate(values)
    except ValidationError as error:
        return Outcome(None, grouped(problems_of(error, RunConfig, values)))
    return Outcome(config, grouped(problems(config)))


def grouped(found: Sequence[Problem]) -> Problems:
    """By the setting that each belongs to."""
    paths = dict.fromkeys(problem.path for problem in found)
    return {
        path: tuple(finished(problem.message) for problem in found if problem.path == path)
        for path in paths
    }
