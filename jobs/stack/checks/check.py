"""The answer of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, what was found, and what to do unless it is ok."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
