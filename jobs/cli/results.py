"""What was measured, as `show` prints it: numbers side by side, texts, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.events import Evaluation
from engine.metrics.spread import plus_minus, spreads
from jobs.cli.text import number, printable

_ROWS = 10
"""of a table; the page and `--json` have all"""
_LETTERS = 28
"""of a cell"""


def lines(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """The test, or else the newest validation; of folds the numbers of all and their mean, then
    the newest one's test. No line when nothing was measured.
    """
    by_split = {each.split: each for each in evaluations}
    shown = by_split.get("test") or by_split.get("validation")
    if shown is None:
        return
    tests = [each for each in evaluations if each.split == "test" and each.fold]
    if tests:
        yield ""
        yield from _folds(tests)
    yield ""
    yield from _numbers(shown)
    for sample in shown.samples:
        yield from ("", f"it writes after {sample.prompt!r}:")
        yield from (f"  {printable(line)}" for line in sample.text.splitlines())
    for table in shown.tables:
        yield from ("", printable(table.name))
        yield from _table(table.columns, table.rows)
        if table.note:
            yield f"  ({printable(table.note)})"


def _folds(tests: Sequence[Evaluation]) -> Iterator[str]:
    """A row a fold, then the mean and the sample standard deviation."""
    found = spreads([each.metrics for each in tests])
    names = dict.fromkeys(name for each in tests for name in each.metrics)
    rows: list[list[str | float]] = [
        [
            f"fold {each.fold}",
            *(number(each.metrics[name]) if name in each.metrics else "" for name in names),
        ]
        for each in tests
    ]
    means = [plus_minus(*found[name]) if name in found else "" for name in names]
    label = "mean ± sd" if len(tests) > 1 else "so far"
    head = ["test", *(name.replace("_", " ") for name in names)]
    yield from _table(head, [*rows, [label, *means]], most=len(rows) + 1)


def _numbers(shown: Evaluation) -> Iterator[str]:
    """A row a metric: value, interval, baseline."""
    part = f"fold {shown.fold}, {shown.split}" if shown.fold else shown.split
    head, rows = [part, "value"], list[list[str | float]]()
    if shown.intervals:
        head.append("95 % interval")
    if shown.baseline:
        head.append(shown.baseline_name or "baseline")
    for name, value in shown.metrics.items():
        row: list[str | float] = [name.replace("_", " "), number(value)]
        if shown.intervals:
            row.append(" to ".join(map(number, shown.intervals.get(name, []))))
        if shown.baseline:
            row.append(number(shown.baseline[name]) if name in shown.baseline else "")
        rows.append(row)
    yield from _table(head, rows)


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[str | float]], most: int = _ROWS
) -> Iterator[str]:
    """Columns of one width each, two blanks between them."""
    cells = [list(map(_cell, row)) for row in (columns, *rows[:most])]
    widths = [max(len(row[i]) for row in cells if i < len(row)) for i in range(len(columns))]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield f"  {'  '.join(padded)}".rstrip()
    if len(rows) > most:
        yield f"  ... and {len(rows) - most} more rows"


def _cell(value: str | float) -> str:
    text = printable(" ".join(value.split())) if isinstance(value, str) else number(value)
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
