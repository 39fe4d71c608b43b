"""One line of the table: what was measured, what came out, what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("| what | measured | asked |", "|---|---|---|")


@dataclass(frozen=True)
class Row:
    """A measured line. `asked` is empty where nothing was promised."""

    what: str
    measured: str
    asked: str = ""
    reached: bool = True

    @property
    def line(self) -> str:
        """As Markdown."""
        return f"| {self.what} | {self.measured} | {self.asked or '-'} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """Median and 95th percentile, for people."""
    return f"{percentile(values, 0.5):,.0f} {unit}, p95 {percentile(values, 0.95):,.0f} {unit}"


def below(what: str, values: Sequence[float], limit: float, unit: str = "ms") -> Row:
    """A row whose 95th percentile must be below `limit`."""
    worst = percentile(values, 0.95)
    return Row(what, spread(values, unit), f"p95 < {limit:,.0f} {unit}", worst < limit)
