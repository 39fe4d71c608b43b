"""`data show` and `data profile`: what is in data of one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts, PairFacts
from jobs.cli import image_text, line_text, table_text, text
from jobs.cli.bars import bars, word_lines
from jobs.cli.data_source import bar
from jobs.cli.look import JsonOption
from jobs.data_sets import DataSet, DataSetError, DataSets
from jobs.yard import Yard

if TYPE_CHECKING:
    from engine.data.tables.profiling.report import ColumnProfile, Profile, TargetProfile

SHOWN_ROWS = 5
MOST_ASSOCIATIONS = 20

DataSetArgument = Annotated[
    str, typer.Argument(help="Name, name@version, or the beginning of an id or digest.")
]


def show(
    name: DataSetArgument,
    rows: Annotated[int, typer.Option(min=0, max=1000, help="First rows to show.")] = SHOWN_ROWS,
    as_json: JsonOption = False,
) -> None:
    """Show data of your own: columns and first rows, images by class, first lines."""
    # Here and below: PyArrow takes 0.2 s, which no other command is to wait for.
    from jobs.data_sets.preview import first_rows

    found = DataSets.of(Yard.open()).find(name)
    facts = found.facts
    if isinstance(facts, ImageFacts):
        _show_images(found, facts, as_json=as_json)
        return
    if isinstance(facts, CorpusFacts | PairFacts):
        _show_lines(found, facts, rows, as_json=as_json)
        return
    first = first_rows(found.folder, rows)
    if as_json:
        text.write_json({**found.to_dict(), "facts": facts.to_dict(), "first_rows": first})
        return
    for key, value in table_text.facts_lines(found):
        text.write(f"{key:<9}{text.printable(value)}")
    for line in table_text.detected(facts):
        text.write(line)
    text.console().print(table_text.columns_table(facts.columns))
    for loss in facts.losses:
        text.write(
            text.printable(f'lost in "{loss.column}": {loss.sentence} ({loss.count:,} cells)')
        )
    if first:
        text.write("")
        text.console().print(table_text.rows_table(facts, first))


def _show_images(found: DataSet, facts: ImageFacts, *, as_json: bool) -> None:
    if as_json:
        text.write_json({**found.to_dict(), "facts": facts.to_dict()})
        return
    for key, value in table_text.facts_lines(found):
        text.write(f"{key:<9}{text.printable(value)}")
    image_text.describe(facts)
    for line in image_text.lost_lines(facts):
        text.write(f"lost {line}")


def _show_lines(
    found: DataSet, facts: CorpusFacts | PairFacts, number: int, *, as_json: bool
) -> None:
    from jobs.data_sets.lines import first_lines

    first = first_lines(found.folder, facts, number)
    if as_json:
        text.write_json({**found.to_dict(), "facts": facts.to_dict(), "first_lines": first})
        return
    for key, value in table_text.facts_lines(found):
        text.write(f"{key:<9}{text.printable(value)}")
    line_text.describe(facts)
    for line in ("", *line_text.lines(first)) if first else ():
        text.write(text.printable(line))


def profile_table(
    name: DataSetArgument,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Compare the columns with this one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure data of your own: spread, words, duplicates, what goes with a target, leaks."""
    from engine.data.tables.profile import profile

    found = DataSets.of(Yard.open()).find(name)
    known = found.facts
    if isinstance(known, CorpusFacts | PairFacts):
        _profile_lines(known, target, as_json=as_json)
        return
    names = [column.name for column in found.table.columns]
    if target is not None and target not in names:
        listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
        raise DataSetError(f"There is no column {target!r}. The table has: {listed}.")
    measured = profile(found.folder, target, bar("measuring") if sys.stderr.isatty() else None)
    if as_json:
        text.write_json(measured.to_dict())
        return
    for line in _lines(measured):
        text.write(text.printable(line))


def _profile_lines(facts: CorpusFacts | PairFacts, target: str | None, *, as_json: bool) -> None:
    """They were measured when they were read."""
    if target is not None:
        raise DataSetError("Only a table has columns to compare; leave --target out.")
    if as_json:
        text.write_json(facts.to_dict())
        return
    for line in line_text.profile_lines(facts):
        text.write(text.printable(line))


def _lines(measured: Profile) -> Iterator[str]:
    twice = f"{measured.duplicate_rows:,} of them equal to an earlier one"
    yield f"{measured.rows:,} rows, {twice}; {len(measured.columns):,} columns"
    for column in measured.columns[: table_text.MOST_COLUMNS]:
        yield ""
        yield from _column(column, measured.rows)
    if measured.target is not None:
        yield ""
        yield from _target(measured.target)


def _column(column: ColumnProfile, rows: int) -> Iterator[str]:
    marks = [
        *(["constant"] if column.constant else []),
        *(["like an id: different in each row"] if column.id_like else []),
        *([f"looks like {column.personal}"] if column.personal else []),
    ]
    share = 100 * column.missing / max(rows, 1)
    facts = f"{column.kind}, {column.distinct:,} different, {share:.1f} % missing"
    yield f"{table_text.cell(column.name, 60)}: {', '.join((facts, *marks))}"
    if column.numbers is not None:
        each = column.numbers
        low, middle, high = (text.number(quartile) for quartile in each.quartiles)
        yield f"  {each.minimum} to {each.maximum}, quartiles {low}, {middle}, {high}"
        yield f"  mean {text.number(each.mean)}, standard deviation {text.number(each.deviation)}"
        yield f"  {bars(each.histogram.counts)}"
    if column.dates is not None:
        yield f"  {column.dates.earliest} to {column.dates.latest}"
        yield f"  {bars(column.dates.histogram.counts)}"
    if column.lengths is not None:
        size = column.lengths
        yield (
            f"  {size.shortest:,} to {size.longest:,} characters, {text.number(size.mean)} on "
            f"average, {text.number(size.words)} words"
        )
    if column.words is not None:
        yield from (f"  {line}" for line in word_lines(column.words))
    elif column.top and column.numbers is None:
        yield "  " + ", ".join(f"{table_text.cell(e.value)} {e.count:,}" for e in column.top)


def _target(target: TargetProfile) -> Iterator[str]:
    what = "a class" if target.task == "classification" else "a number"
    yield f"target {table_text.cell(target.column, 60)}: {what} to predict"
    for common in target.classes[:10]:
        yield f"  {table_text.cell(common.value)} {common.count:,}"
    yield from (f"  {note}" for note in target.notes)
    for leak in target.leaks:
        yield f"  leak? {leak.sentence}"
    yield f"  what goes with it, on {target.compared_rows:,} rows:"
    for each in target.associations[:MOST_ASSOCIATIONS]:
        yield f"  {each.value:+.3f}  {table_text.cell(each.column, 40)} ({each.measure})"
