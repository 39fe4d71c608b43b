"""The base of every setting and every event: frozen, strict, and the same JSON everywhere."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

RARE: JsonDict = {"rare": True}
"""`json_schema_extra` of a setting few people change: the form puts it under “More”"""
LIVE: JsonDict = {"live": True}
"""`json_schema_extra` of a setting that may change while a run trains; `RARE | LIVE` is both"""
FORK: JsonDict = {"fork": True}
"""of a setting that may be another one in a fork, though not while a run trains"""
HIDDEN: JsonDict = {"hidden": True}
"""of what is no setting to choose: neither the form nor the command line offers it"""
FIRST: JsonDict = {"first": True}
"""`json_schema_extra` of a setting that is asked before those of the class above"""
TABLE: JsonDict = {**FIRST, "one_of": "tables"}
"""of a setting that names a stored table: the form offers those there are"""
IMAGES: JsonDict = {**FIRST, "one_of": "images"}
"""of a setting that names stored images: the form offers those there are"""
CORPUS: JsonDict = {**FIRST, "one_of": "corpora"}
"""of a setting that names a stored corpus: the form offers those there are"""
PAIRS: JsonDict = {**FIRST, "one_of": "pairs"}
"""of a setting that names stored pairs: the form offers those there are"""
COLUMN: JsonDict = {"one_of": "columns"}
"""of a setting that names a column of that table, or several"""


class Spec(BaseModel):
    """One choice and its fields. A subclass declares each field once, with bounds and help.

    Unknown keys and silently converted types are errors. `title` is the name people know the
    choice by; it stands in the form and in tables.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        # A NaN loss must survive JSON both ways: as `null` it could not be read back.
        ser_json_inf_nan="constants",
    )

    title: ClassVar[str] = ""
    forkable: ClassVar[bool] = False
    """whether all of it may be another one in a fork"""

    def __hash__(self) -> int:
        # Pydantic's own cannot hash the lists that some settings are.
        return hash(self.model_dump_json())

    def remark(self) -> str:
        """What these settings together amount to, where a form should say it; else empty."""
        return ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON-ready form: lists instead of tuples, no Python-only types."""
        return self.model_dump(mode="json")
