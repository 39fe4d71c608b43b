"""Samples at some of a run's validations: what the model said of them, what it wrote."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.events import Evaluation, Example, Sample, Table
from engine.spec import Spec
from jobs.history.schema import MOMENTS


class Moment(Spec):
    """One validation, as far as people look at it while the run trains."""

    step: int
    """of the run"""
    fold: int = 0
    fold_begin: int = 0
    """`step - fold_begin` counts within the fold"""
    epoch: int
    metrics: dict[str, float]
    watched: list[Example] = []
    """the same samples in every moment of a run"""
    samples: list[Sample] = []
    tables: list[Table] = []
    """translations, recommendations, neighbours"""

    @classmethod
    def of(cls, event: Evaluation, *, tables: list[Table]) -> Moment:
        """Of a validation, with those of its tables that are worth a look."""
        return cls(
            step=event.step,
            fold=event.fold,
            fold_begin=event.fold_begin,
            epoch=event.epoch,
            metrics=event.metrics,
            watched=event.watched,
            samples=event.samples,
            tables=tables,
        )


def moments(connection: Connection, run_id: str) -> list[Moment]:
    """All that are kept, by fold and step."""
    query = select(MOMENTS.c.body).where(MOMENTS.c.run == run_id)
    bodies = connection.execute(query.order_by(MOMENTS.c.fold, MOMENTS.c.step)).scalars()
    return [Moment.model_validate_json(body) for body in bodies]
