"""`./trainyard bench accuracy [NAME ...]`: what every model family reaches on real data."""

from __future__ import annotations

from collections.abc import Sequence

from bench.accuracy import readme
from bench.accuracy.bar import Bar
from bench.accuracy.bars import BARS
from bench.accuracy.measure import Measuring, Result


def main(arguments: Sequence[str]) -> int:
    """Prints a Markdown table as the runs end; exit code 1 when a bar was missed, 2 for a typo.

    `--readme` puts the rows into the README's table as well.
    """
    names = [name for name in arguments if name != "--readme"]
    known = {bar.name: bar for bar in BARS}
    strangers = [name for name in names if name not in known]
    if strangers:
        print(f"There is no {strangers[0]!r}. Known: {', '.join(known)}.")
        return 2
    bars = [known[name] for name in names] or list(BARS)
    print(*readme.HEAD, sep="\n")
    missed, rows = 0, []
    with Measuring(bars) as measuring:
        for bar in bars:
            result = measuring.result(bar.name)
            rows.append(row(result))
            print(rows[-1], flush=True)
            missed += not result.reached
    if "--readme" in arguments:
        readme.write([readme.key(f"| {' | '.join(names_of(bar))} |") for bar in BARS], rows)
    return 1 if missed else 0


def names_of(bar: Bar) -> tuple[str, str]:
    """The first two cells of its row."""
    return bar.what, bar.metric.replace("_", " ")


def row(result: Result) -> str:
    """One line of the table."""
    bar = result.bar
    reached = shown(result.mean)
    if len(result.values) > 1:
        reached += f" ± {shown(result.spread)}"
    count = len(result.values)
    cells = (*names_of(bar), reached, asked(bar), reference(result))
    return f"| {' | '.join(cells)} | {count} | {result.seconds:.0f} |"


def asked(bar: Bar) -> str:
    """What the mean must be."""
    return f"{'≤' if bar.at_most else '≥'} {shown(bar.bar)}"


def reference(result: Result) -> str:
    """The published number, or what a simple method reached on the same samples."""
    if result.bar.reference or result.baseline is None:
        return result.bar.reference or "none"
    return f"{shown(result.baseline)} ({result.scores[0].baseline_name})"


def shown(value: float) -> str:
    """3 digits after the point."""
    return f"{value:.3f}"
