"""What is compared: the runs, how they are called and coloured, and in which groups they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.theme import COLOURS
from jobs.comparison.groups import Group, choices, grouped
from jobs.comparison.names import legend_names
from jobs.run import Run

DASHES = ("solid", "dash", "dot", "dashdot")
"""as the live charts draw them"""


@dataclass(frozen=True)
class Subject:
    """The runs of a comparison."""

    runs: Sequence[Run]
    by: str = ""
    """what groups them; empty: each stands alone"""
    names: dict[str, str] = field(init=False)
    """by run id: only what differs"""
    groups: list[Group] = field(init=False)
    """empty where each run stands alone"""

    def __post_init__(self) -> None:
        configs = {run.id: run.given for run in self.runs}
        own = {run.id: run.name for run in self.runs}
        names = legend_names({run.id: (run.name, run.given) for run in self.runs})
        object.__setattr__(self, "names", names)
        groups = grouped(configs, own, self.by) if self.by else []
        object.__setattr__(self, "groups", groups)

    def ways(self) -> dict[str, str]:
        """What the runs can be grouped by."""
        return choices({run.id: run.given for run in self.runs})

    def place(self, run_id: str) -> int:
        """Of a run among those with a line of their own."""
        if self.groups:
            return next(i for i, group in enumerate(self.groups) if run_id in group.runs)
        return next(i for i, run in enumerate(self.runs) if run.id == run_id)

    def colour(self, run_id: str) -> str:
        """Of its curves."""
        return COLOURS[self.place(run_id) % len(COLOURS)]

    def dash(self, run_id: str) -> str:
        """Of its curves: more runs than colours are told apart by it."""
        return DASHES[self.place(run_id) // len(COLOURS) % len(DASHES)]
