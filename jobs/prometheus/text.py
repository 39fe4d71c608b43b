"""Prometheus' text format 0.0.4: families of samples, escaped and in one piece each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass
class Family:
    """One metric; `name` ends with its unit (`_bytes`, `_ratio`), `help` is a sentence."""

    name: str
    help: str
    kind: Literal["gauge", "counter"] = "gauge"
    samples: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)
    """value by label pairs: the same labels again replace the value, which the format demands"""

    def add(self, value: float | None, **labels: str) -> Family:
        """One sample; nothing for None. Returns itself."""
        if value is not None:
            self.samples[tuple(labels.items())] = float(value)
        return self


def render(families: Iterable[Family]) -> str:
    """The whole answer to a scrape; families without a sample are left out."""
    return "".join(line for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    assert _NAME.fullmatch(family.name), family.name
    yield f"# HELP {family.name} {_escaped(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples.items():
        yield f"{family.name}{_labels(dict(labels))} {_number(value)}\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    # A lone surrogate, which JSON may carry, has no UTF-8.
    clean = text.encode("utf-8", "replace").decode()
    return _escaped(clean).replace('"', '\\"')


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
