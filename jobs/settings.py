"""Reads the settings a run was stored with, also those of another version of Trainyard."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from engine.config import RunConfig

ATTEMPTS = 20
"""each pass takes out what was refused; after so many the rest is given up"""


def read_settings(text: str) -> tuple[RunConfig, str]:
    """The settings, and a sentence about what of them this version refuses; empty when nothing.

    What is refused is left out, so that the defaults stand there: one old run must not hide all.
    """
    try:
        return RunConfig.model_validate_json(text), ""
    except ValidationError as error:
        return _rescued(text, error)


def _rescued(text: str, error: ValidationError) -> tuple[RunConfig, str]:
    refused: list[str] = []
    try:
        tree: Any = json.loads(text)
    except ValueError:
        return RunConfig(), "Its settings cannot be read; the defaults are shown instead."
    for _ in range(ATTEMPTS):
        for details in error.errors(include_url=False):
            refused.append(_take_out(tree, [str(part) for part in details["loc"]]))
        try:
            return RunConfig.model_validate(tree), _sentence(refused)
        except ValidationError as again:
            error = again
    return RunConfig(), _sentence(["all of them"])


def _take_out(tree: Any, path: list[str]) -> str:
    """Removes the deepest part of `path` that is there, and says its dotted name."""
    names: list[str] = []
    holder, last = None, ""
    for part in path:
        # A union's kind stands in pydantic's path but not in the tree.
        if isinstance(tree, dict) and part in tree:
            holder, last, tree = tree, part, tree[part]
            names.append(part)
    if holder is not None:
        del holder[last]
    return ".".join(names) or "all of them"


def _sentence(refused: list[str]) -> str:
    names = ", ".join(dict.fromkeys(refused))
    return (
        f"This version of Trainyard does not accept some of its settings ({names}); "
        "the defaults are shown for these."
    )
