"""What is known of a script when it begins: the `config` of its row, and its word in Redis."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.spec import Spec


class Script(Spec):
    """A person's own training script. The history keeps it where other runs have a `RunConfig`."""

    kind: Literal["script"] = "script"
    name: str
    created: float
    """unix seconds"""
    config: dict[str, Any] = {}
    """any settings, as the person gave them"""
    tags: list[str] = []
    script: str = ""
    """the file, as it was started; `notebook` in one"""
    total_steps: int | None = Field(None, ge=1)


def read_script(text: str) -> Script:
    """From the row; what this version cannot read is left out, as with settings of ours."""
    try:
        return Script.model_validate_json(text)
    except ValidationError:
        return Script(name="", created=0.0)
