"""What MLflow is told of a run: parameters, tags, names of metrics, all within its limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from jobs.export.summary import finite, summary
from jobs.export.tensorboard.folder import flat
from jobs.run import Run
from jobs.yard import Yard

EXPERIMENT = "trainyard"
KEY_LETTERS = 250
VALUE_LETTERS = 6_000
STATUSES = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}
RUNNING = "RUNNING"
"""of every run that is not over"""

_FOREIGN = re.compile(r"[^\w/. :-]", re.ASCII)


def params(run: Run) -> dict[str, str]:
    """The settings, flat. None is `None`, as MLflow's own client writes it."""
    return {name(path): str(value)[:VALUE_LETTERS] for path, value in flat(run.settings)}


def tags(yard: Yard, run: Run) -> dict[str, str]:
    """Who, where, with what: people's words for the run, too."""
    starts = yard.history.records(run.id, ("started", "began"))
    versions: dict[str, Any] = starts[-1].body.get("versions", {}) if starts else {}
    found = {
        "mlflow.runName": run.name,
        "mlflow.source.name": run.what,
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": run.notes,
        "trainyard.id": run.id,
        "trainyard.status": run.status,
        "trainyard.cause": run.cause,
        "trainyard.machine": run.machine,
        "trainyard.device": run.device_name,
        "trainyard.tags": ", ".join(run.tags),
        **{f"trainyard.version.{library}": str(version) for library, version in versions.items()},
    }
    return {name(key): value[:VALUE_LETTERS] for key, value in found.items() if value}


def metrics(curves: Iterable[str]) -> dict[str, str]:
    """What each curve is called there, each otherwise.

    Of `a` and `a/b` the first gets a mark: MLflow's file store cannot have both.
    """
    found: dict[str, str] = {}
    names = {curve: name(curve) for curve in curves}
    folders = {str(part) for each in names.values() for part in PurePosixPath(each).parents}
    for curve, called in names.items():
        while called in folders or called in found.values():
            called += "_"
        found[curve] = called
    return found


def name(text: str) -> str:
    """A name MLflow takes: other characters as underscores; no empty or hidden part of a path."""
    parts = [part.strip(". ") or "_" for part in _FOREIGN.sub("_", text).split("/")]
    return "/".join(parts)[:KEY_LETTERS].rstrip("/")


def artifacts(yard: Yard, run: Run) -> Iterator[tuple[str, bytes]]:
    """Files beside the numbers: the settings, everything else known, the list of checkpoints."""
    checkpoints = [each.body for each in yard.history.records(run.id, "checkpoint")]
    for called, content in (
        ("config.json", run.settings),
        ("run.json", summary(yard, run)),
        ("checkpoints.json", checkpoints),
    ):
        body = json.dumps(finite(content), indent=2, ensure_ascii=False)
        yield called, f"{body}\n".encode()


def milliseconds(seconds: float | None) -> int | None:
    """Unix time as MLflow counts it."""
    return None if seconds is None else round(1_000 * seconds)
