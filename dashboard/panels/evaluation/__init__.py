"""What was measured on the validation and test parts. One file a kind of thing that is shown.

To show another field of `Evaluation`: a file with `draw` and a line in `_below` or `_beside`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from dashboard.panels.evaluation import folds, gallery, numbers, pictures, tables, writing
from engine.events import Evaluation, Fact, Started, Table
from jobs.history import Record
from jobs.run import Run

AnyFact = TypeVar("AnyFact", bound=Fact)

_WIDTHS = (1.15, 2.0)
"""the numbers, and what stands beside them"""
_READ = frozenset({"seq2seq", "rating", "embedding"})
"""tasks whose tables are what a person wants to see"""
_FIRST_TABLES = 2
_CLASSES = "Classes"
"""what the evaluation of classes calls its table of them"""


def draw(run: Run, records: Sequence[Record], newest: Sequence[Evaluation]) -> None:
    """`records`: the run's `evaluation` and `started` events, oldest first; `newest`: whole."""
    found = [Evaluation.model_validate(r.body) for r in records if r.kind == "evaluation"]
    if not found:
        st.caption(_why_nothing(run))
        return
    starts = [Started.model_validate(r.body) for r in records if r.kind == "started"]
    if run.folds:
        folds.draw(folds.of_each(found), run.folds)
        fold = folds.choose(sorted({each.fold for each in newest}), run.fold)
        found, newest = _of(fold, found), _of(fold, newest)
        starts = _of(fold, starts) or starts
    started = starts[-1] if starts else None
    left, right = st.columns(_WIDTHS, gap="large")
    with left:
        shown = _choose_part(newest)
        numbers.draw(found, run.config.training)
        tables.draw(_classes(shown))
    with right:
        _beside(shown, started)
    _below(shown, started)


def _of(fold: int, told: Sequence[AnyFact]) -> list[AnyFact]:
    return [each for each in told if each.fold == fold]


def _why_nothing(run: Run) -> str:
    every = run.config.training.evaluate_steps
    moment = f"first {every:,} steps" if every else "first epoch"
    if run.over:
        return f"Nothing was measured: the run ended before its {moment} was over."
    return f"Nothing measured yet: the first numbers come after the {moment}."


def _choose_part(newest: Sequence[Evaluation]) -> Evaluation:
    """The test where there is one, else the last validation; the choice is in the URL."""
    last: dict[str, Evaluation] = {each.split: each for each in newest}
    splits = [split for split in ("test", "validation") if split in last]
    if len(splits) == 1:
        return last[splits[0]]
    chosen = st.segmented_control(
        "Part",
        splits,
        default=splits[0],
        required=True,
        key="part",
        format_func=str.capitalize,
        label_visibility="collapsed",
        bind="query-params",
    )
    return last[chosen]


def _beside(shown: Evaluation, started: Started | None) -> None:
    """What is looked at first: the text a model writes, a task's own tables, or pictures."""
    if shown.samples:
        writing.draw(shown.samples)
    elif _read_first(shown, started):
        tables.draw(tables.narrow(shown.tables)[:_FIRST_TABLES])
    else:
        pictures.draw(shown, started.classes if started else [])


def _below(shown: Evaluation, started: Started | None) -> None:
    """The rest, over the whole width."""
    if not shown.samples and _read_first(shown, started):
        first = tables.narrow(shown.tables)[:_FIRST_TABLES]
        tables.draw([each for each in shown.tables if each not in first], in_a_row=3)
        pictures.draw(shown, started.classes if started else [])
    else:
        if shown.samples:
            pictures.draw(shown, started.classes if started else [])
        tables.draw(_without_classes(shown))
    gallery.draw(shown.worst)


def _read_first(shown: Evaluation, started: Started | None) -> bool:
    """A recommendation or a translation says more than a scatter; classes are pictures first."""
    own = started is not None and started.task in _READ
    return bool(shown.tables) and (own or not pictures.any_of(shown))


def _classes(shown: Evaluation) -> list[Table]:
    """The classes one by one: they stand under the numbers they explain."""
    return [each for each in shown.tables if shown.confusion and each.name == _CLASSES]


def _without_classes(shown: Evaluation) -> list[Table]:
    classes = _classes(shown)
    return [each for each in shown.tables if each not in classes]
