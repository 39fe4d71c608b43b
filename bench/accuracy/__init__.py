"""`./trainyard bench accuracy [NAME ...]`: what every model family reaches on real data."""

from __future__ import annotations

from collections.abc import Sequence

from bench.accuracy.bars import BARS
from bench.accuracy.measure import Measuring, Result


def main(arguments: Sequence[str]) -> int:
    """Prints a Markdown table as the runs end; exit code 1 when a bar was missed, 2 for a typo."""
    known = {bar.name: bar for bar in BARS}
    strangers = [name for name in arguments if name not in known]
    if strangers:
        print(f"There is no {strangers[0]!r}. Known: {', '.join(known)}.")
        return 2
    bars = [known[name] for name in arguments] or list(BARS)
    print("| model and data | metric | reached | asked | reference | runs | CPU seconds |")
    print("|---|---|---|---|---|---|---|")
    missed = 0
    with Measuring(bars) as measuring:
        for bar in bars:
            result = measuring.result(bar.name)
            print(row(result), flush=True)
            missed += not result.reached
    return 1 if missed else 0


def row(result: Result) -> str:
    """One line of the table."""
    bar = result.bar
    reached = shown(result.mean)
    if len(result.values) > 1:
        reached += f" ± {shown(result.spread)}"
    asked = f"{'≤' if bar.at_most else '≥'} {shown(bar.bar)}"
    count = len(bar.runs)
    cells = (bar.what, bar.metric.replace("_", " "), reached, asked, reference(result))
    return f"| {' | '.join(cells)} | {count} | {result.seconds:.0f} |"


def reference(result: Result) -> str:
    """The published number, or what a simple method reached on the same samples."""
    if result.bar.reference or result.baseline is None:
        return result.bar.reference or "none"
    return f"{shown(result.baseline)} (TF-IDF + logistic regression)"


def shown(value: float) -> str:
    """3 digits after the point."""
    return f"{value:.3f}"
