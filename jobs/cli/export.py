"""`export`: a run in the formats of others."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from jobs.cli import text
from jobs.cli.look import RunArgument
from jobs.export.files import FORMATS, pieces, write
from jobs.export.mlflow.folder import export as mlflow_store
from jobs.export.mlflow.server import push
from jobs.export.points import Shape, tables
from jobs.export.summary import finite, summary
from jobs.export.tensorboard.folder import export as event_files
from jobs.run import Run
from jobs.services import runs as services
from jobs.yard import Yard


def export(  # noqa: PLR0913  # the options of a command are its parameters
    run: RunArgument,
    points: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="All points into a .csv or .parquet; `-`: CSV here."),
    ] = None,
    wide: Annotated[
        bool, typer.Option(help="A row for each step and a column for each metric.")
    ] = False,
    metric: Annotated[
        list[str] | None, typer.Option(help="Only this metric; may be given several times.")
    ] = None,
    summarised: Annotated[
        Path | None,
        typer.Option("--summary", metavar="FILE", help="Settings, attempts and results as JSON."),
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Event files of TensorBoard into a folder.")
    ] = None,
    mlflow: Annotated[
        str | None,
        typer.Option(metavar="DIR|URL", help="MLflow: its file store, or a tracking server."),
    ] = None,
) -> None:
    """Write a run's points, settings and results to files that other programs read."""
    if (points, summarised, tensorboard, mlflow) == (None, None, None, None):
        raise typer.BadParameter("say what to write: --points, --summary, --tensorboard, --mlflow")
    yard = Yard.open()
    found = services.find(yard, run)
    if points is not None:
        _points(yard, found, points, "wide" if wide else "long", metric or [])
    if summarised is not None:
        body = json.dumps(finite(summary(yard, found)), indent=2, ensure_ascii=False)
        _write(summarised, lambda path: path.write_text(f"{body}\n", encoding="utf-8"))

    if tensorboard is not None:
        _write(tensorboard, lambda folder: event_files(yard.history, found, folder))
    if mlflow is not None and "://" in mlflow:
        text.write(push(yard, found, mlflow))
    elif mlflow is not None:
        _write(Path(mlflow), lambda root: mlflow_store(yard, found, root))


def _points(yard: Yard, run: Run, path: Path, shape: Shape, names: list[str]) -> None:
    known(yard, run.id, names)
    found = tables(yard.history, run.id, shape, names)
    if str(path) == "-":
        for piece in pieces(found, "csv"):
            sys.stdout.buffer.write(piece)
        return
    if (form := FORMATS.get(path.suffix.lower())) is None:
        raise typer.BadParameter(f"{path.name} must end with {' or '.join(FORMATS)}")
    _write(path, lambda path: write(found, form, path))


def known(yard: Yard, run_id: str, names: list[str]) -> None:
    """Raises UnknownRun, with what there is, for a metric that the run does not have."""
    has = yard.history.metrics(run_id)
    for name in names:
        if name not in has:
            there = ", ".join(has) or "none yet"
            raise services.UnknownRun(f"The run has no metric {name!r}. It has: {there}.")


def _write(path: Path, action: Callable[[Path], object]) -> None:
    try:
        action(path)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from error
    text.note(f"wrote {path}")
