"""What all runs said, for good: SQLite by default, PostgreSQL by URL.

Only the recorder and `jobs/services/` write; everybody may read through `History`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from engine.events import Evaluation
from jobs.history import attempts as _attempts
from jobs.history import curves as _curves
from jobs.history import moments as _moments
from jobs.history import records as _records
from jobs.history import windows as _windows
from jobs.history.attempts import Attempt
from jobs.history.database import open_engine, writer
from jobs.history.migrate import HistoryError, migrate
from jobs.history.moments import Moment
from jobs.history.points import Points
from jobs.history.records import Position, Record
from jobs.history.span import WHOLE, Axis, Drawn, Span

PIXELS = 1200
"""width of a chart that nobody has measured"""

LOG_LINES = 500
"""the newest log lines a page opens with; all of them are in the log file"""


@dataclass(frozen=True)
class Window:
    """What draws a stretch of a run's curves: they hold every event up to `position`."""

    position: Position
    curves: dict[str, Drawn]


@dataclass(frozen=True)
class Snapshot(Window):
    """Everything a viewer needs, read in one transaction: the stream goes on after `position`."""

    records: list[Record]
    """of log lines the newest, of evaluations none: their numbers are points"""
    counts: dict[str, int]
    """how many events of each kind the run has"""


@dataclass(frozen=True)
class History:
    """An open history database. Safe to share between threads."""

    engine: Engine

    @classmethod
    def open(cls, url: URL) -> History:
        """Opens and, where needed, creates or upgrades it.

        Raises HistoryError when a newer Trainyard wrote it.
        """
        engine = open_engine(url)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one moment of the database."""
        return self.engine.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that may write; commits when its block ends without an exception."""
        return writer(self.engine).begin()

    def metrics(self, run_id: str) -> list[str]:
        """Names of the run's metrics, sorted."""
        return self.metrics_of([run_id])[run_id]

    def metrics_of(self, run_ids: Sequence[str]) -> dict[str, list[str]]:
        """The same of several runs, by run."""
        with self.reading() as connection:
            return _curves.metrics_of(connection, run_ids)

    def curve(self, run_id: str, metric: str) -> Points:
        """One curve, all attempts merged; empty when the run has no such metric."""
        with self.reading() as connection:
            return _curves.curve(connection, run_id, metric)

    def curves(self, run_id: str, names: Sequence[str] | None = None) -> dict[str, Points]:
        """All curves of the run, or those in `names`, by metric name."""
        with self.reading() as connection:
            return _curves.curves(connection, run_id, names)

    def sparkline(self, run_id: str, points: int = 60, metric: str = "train/loss") -> list[float]:
        """About `points` finite values of one curve, its extremes kept; for a small picture."""
        with self.reading() as connection:
            found = _windows.windows(connection, [run_id], [metric], WHOLE, points // 2)[run_id]
        line = found[metric].points.values if metric in found else ()
        return [float(value) for value in line if value == value and abs(value) < 1e38]

    def window(
        self,
        run_id: str,
        metrics: Sequence[str] | None = None,
        axis: Axis = "step",
        begin: float = -math.inf,
        end: float = math.inf,
        pixels: int = PIXELS,
    ) -> Window:
        """What draws the curves (or those in `metrics`) from `begin` to `end`, both included.

        In steps, or in unix seconds on the axis `time`. A curve has all of its points there, or,
        where they are many, about two per pixel: all are points of the curve, every extreme and
        gap is among them. One point on each side is beyond the edge.
        """
        span = Span(axis, begin, end)
        with self.reading() as connection:
            position = _attempts.position(connection, run_id)
            curves = _windows.windows(connection, [run_id], metrics, span, pixels)[run_id]
            return Window(position, curves)

    def records(
        self,
        run_id: str,
        kind: str | Sequence[str] = (),
        after: Position = (0, 0),
        limit: int | None = None,
    ) -> list[Record]:
        """Events of one kind or several (all when empty) after a position, oldest first."""
        kinds = (kind,) if isinstance(kind, str) else tuple(kind)
        with self.reading() as connection:
            return _records.records(connection, run_id, kinds, after, limit)

    def logs(self, run_id: str, after: Position = (0, 0), limit: int | None = None) -> list[Record]:
        """What a person should read of the run: log lines, alerts, starts and ends."""
        kinds = ("log", "alert", "changed", "obeyed", "claimed", "started", "finished", "ended")
        return self.records(run_id, kinds, after, limit)

    def lines_before(self, run_id: str, before: Position, limit: int) -> list[Record]:
        """The last log lines before a position, oldest first."""
        with self.reading() as connection:
            return _records.lines_before(connection, run_id, before, limit)

    def counts(self, run_id: str) -> dict[str, int]:
        """How many events of each kind the run has."""
        with self.reading() as connection:
            return _records.counts(connection, run_id)

    def counts_of(self, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """The same of several runs, by run."""
        with self.reading() as connection:
            return _records.counts_of(connection, run_ids)

    def evaluations(self, run_id: str) -> list[Evaluation]:
        """The newest evaluation of each split, with confusion matrix, ROC curves and predictions;
        of folds the test of each.

        Earlier ones stand in `records` with their metrics only.
        """
        with self.reading() as connection:
            return _records.evaluations(connection, run_id)

    def moments(self, run_id: str) -> list[Moment]:
        """Samples at some of the validations, evenly over the run, the first and the newest among
        them; by fold and step.
        """
        with self.reading() as connection:
            return _moments.moments(connection, run_id)

    def attempts(self, run_id: str) -> list[Attempt]:
        """All attempts of the run, the first one first."""
        with self.reading() as connection:
            return _attempts.attempts(connection, run_id)

    def position(self, run_id: str) -> Position:
        """Attempt and seq of the last stored event; `(0, 0)` when there is none."""
        with self.reading() as connection:
            return _attempts.position(connection, run_id)

    def snapshot(
        self,
        run_id: str,
        metrics: Sequence[str] | None = None,
        pixels: int = PIXELS,
        *,
        records: bool = True,
    ) -> Snapshot:
        """What a page opens with; see `snapshots`."""
        return self.snapshots([run_id], metrics, pixels, records=records)[run_id]

    def snapshots(
        self,
        run_ids: Sequence[str],
        metrics: Sequence[str] | None = None,
        pixels: int = PIXELS,
        *,
        records: bool = True,
    ) -> dict[str, Snapshot]:
        """What a page opens with, by run, of one moment; the curves as `window` draws them.

        Without `records` only their number by kind.
        """
        with self.reading() as connection:
            positions = _attempts.positions(connection, run_ids)
            curves = _windows.windows(connection, run_ids, metrics, WHOLE, pixels)
            counts = _records.counts_of(connection, run_ids)
            return {
                run_id: Snapshot(
                    positions[run_id],
                    curves[run_id],
                    _records.told(connection, run_id, LOG_LINES) if records else [],
                    counts[run_id],
                )
                for run_id in run_ids
            }


__all__ = [
    "Attempt",
    "Drawn",
    "History",
    "HistoryError",
    "Moment",
    "Points",
    "Position",
    "Record",
    "Snapshot",
    "Span",
    "Window",
]
