"""The loops that are compared, what each needs, and how their times become a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

OURS, BARE, NAIVE = "trainyard", "bare", "naive"

PEERS: Mapping[str, str] = MappingProxyType(
    {
        OURS: "torch",
        BARE: "torch",
        NAIVE: "torch",
        "skorch": "skorch",
        "lightning": "lightning",
        "hf": "accelerate",
        "fastai": "fastai",
        "keras": "keras",
        "ludwig": "ludwig",
    }
)
"""the package that a loop needs, beside torch"""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        OURS: "Trainyard, live metrics on",
        BARE: "bare loop (index_select, fused AdamW)",
        NAIVE: "naive loop (DataLoader, AdamW)",
        "skorch": "skorch",
        "lightning": "Lightning",
        "hf": "Hugging Face Trainer",
        "fastai": "fastai",
        "keras": "Keras 3 on torch",
        "ludwig": "Ludwig",
    }
)

TARGETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "mlp": {NAIVE: 1.7, BARE: 0.98, "lightning": 4, "hf": 4, "fastai": 4, "keras": 4},
        "cnn": {NAIVE: 1.2},
        "gpt": dict.fromkeys((BARE, NAIVE, "skorch", "lightning", "hf", "fastai"), 0.98),
    }
)
"""how many times as fast as that loop we must be, by task; 0.98: not behind, within 2 %"""


@dataclass
class Times:
    """Microseconds of a step, one a round; or why there are none."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    missing: str = ""


def rows(task: str, times: Mapping[str, Times]) -> list[str]:
    """Markdown: medians, and how many times as fast Trainyard is by the median of the ratios."""
    lines = [
        "| loop | µs a step | processor µs | Trainyard is times as fast (processor) | asked |",
        "|---|---|---|---|---|",
    ]
    for peer, found in times.items():
        if found.missing:
            lines.append(f"| {TITLES[peer]} | {found.missing} | | | |")
            continue
        wall, processor = (statistics.median(each) for each in (found.wall, found.processor))
        asked = TARGETS[task].get(peer)
        lines.append(
            f"| {TITLES[peer]} | {wall:,.0f} | {processor:,.0f} | "
            f"{ratio(times, peer, 'wall'):.2f} ({ratio(times, peer, 'processor'):.2f}) | "
            f"{'' if asked is None else f'≥ {asked:g}'} |"
        )
    return lines


def ratio(times: Mapping[str, Times], peer: str, kind: str) -> float:
    """How many times as fast as `peer` we are: the median over rounds, which were neighbours."""
    theirs, ours = getattr(times[peer], kind), getattr(times[OURS], kind)
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=False))


def missed(task: str, times: Mapping[str, Times]) -> list[str]:
    """The targets that processor time does not meet, as sentences."""
    return [
        f"{task}: {ratio(times, peer, 'processor'):.2f} times {TITLES[peer]}, asked for {asked:g}"
        for peer, asked in TARGETS[task].items()
        if times.get(peer) and not times[peer].missing
        if ratio(times, peer, "processor") < asked
    ]
