"""A change of a setting while a run trains: data, like every other setting.

The settings of a run may carry a plan of them; one that a person asks for meanwhile becomes the
same thing, and so does one of the guard's. What was changed when is all that a replay needs.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import Field, model_validator

from engine.spec import Spec

Value = bool | int | float | str | None
"""of one setting, as JSON has it"""

_WORDS = re.compile(r"(?:fold (\d+) )?\s*(\d+)\s+(\S+?)\s*=\s*(.*)", re.DOTALL)


class Change(Spec):
    """From the step after `step` on, `setting` is `value`.

    Also read from words, as the form and the command line write it: `500 training.clip_norm=1`.
    """

    step: int = Field(ge=0, le=100_000_000, description="optimizer steps done when it takes effect")
    setting: str = Field(min_length=1, max_length=120, description="its path, without kinds")
    value: Value = Field(description="what it is from then on; none switches it off")
    fold: int = Field(0, ge=0, le=100, description="of a cross-validation; 0 is every fold")

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        found = _WORDS.fullmatch(given.strip())
        if not found:
            raise ValueError(
                "changes are written as the steps done and what to change, e.g. "
                f"500 optimizer.learning_rate=1e-4; {given.strip()[:60]!r} was given"
            )
        fold, step, setting, text = found.groups()
        return {"step": int(step), "setting": setting, "value": read(text), "fold": int(fold or 0)}

    def words(self) -> str:
        """The same as a line of text."""
        fold = f"fold {self.fold} " if self.fold else ""
        return f"{fold}{self.step} {self.setting}={write(self.value)}"


def read(text: str) -> Value:
    """A value that people wrote: JSON, `none`, or plain text."""
    word = text.strip()
    if word.lower() in ("none", "off"):
        return None
    try:
        found = json.loads(word)
    except ValueError:
        return word
    return found if isinstance(found, bool | int | float | str | None) else word


def write(value: Value) -> str:
    """As it is read back."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)
