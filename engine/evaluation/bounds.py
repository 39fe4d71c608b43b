"""Keeps an evaluation small: it is one message, one row of a database and one page.

Each task shows few things of its own accord; here is what no task, data set or text may exceed.
"""

from __future__ import annotations

from engine.events import Evaluation, Example, Sample, Table

ITEMS = 20
"""samples, tables, worst samples, each"""
ROWS = 200
COLUMNS = 12
CELL = 200
"""characters, also of a class or a column"""
TEXT = 2_000
"""characters of a generated text, a prompt, or a sample that is a text"""


def bounded(evaluation: Evaluation) -> Evaluation:
    """The same with long lists and texts cut; a cut table says in its note how much is missing."""
    changes = {
        "samples": [_sample(each) for each in evaluation.samples[:ITEMS]],
        "tables": [_table(each) for each in evaluation.tables[:ITEMS]],
        "watched": [_example(each) for each in evaluation.watched[:ITEMS]],
        "worst": [_example(each) for each in evaluation.worst[:ITEMS]],
    }
    return evaluation.model_copy(update=changes)


def cut(text: str, longest: int) -> str:
    """At most so many characters, an ellipsis the last of them."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _sample(sample: Sample) -> Sample:
    return Sample(prompt=cut(sample.prompt, TEXT), text=cut(sample.text, TEXT))


def _example(example: Example) -> Example:
    return example.model_copy(
        update={
            "truth": cut(example.truth, CELL),
            "prediction": cut(example.prediction, CELL),
            "text": cut(example.text, TEXT),
        }
    )


def _table(table: Table) -> Table:
    rows = [
        [cut(cell, CELL) if isinstance(cell, str) else cell for cell in row[:COLUMNS]]
        for row in table.rows[:ROWS]
    ]
    note = table.note
    if len(table.rows) > ROWS:
        note = f"The first {ROWS:,} of {len(table.rows):,} rows. {note}".strip()
    return Table(
        name=cut(table.name, CELL),
        columns=[cut(name, CELL) for name in table.columns[:COLUMNS]],
        rows=rows,
        note=cut(note, TEXT),
    )
