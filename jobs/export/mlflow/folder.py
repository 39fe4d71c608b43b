"""The layout of MLflow's file store, which its client, its server and `migrate-filestore` read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from jobs.export.mlflow import told
from jobs.export.points import stretches
from jobs.run import Run
from jobs.yard import Yard

EXPERIMENT_ID = "726611101900000001"
"""any number that MLflow itself, which draws 18 digits, will hardly draw"""

_STATUS = {"RUNNING": 1, "FINISHED": 3, "FAILED": 4, "KILLED": 5}
_LOCAL = 4


def export(yard: Yard, run: Run, root: Path) -> Path:
    """Writes the run into the store at `root`, anew where it is there already. Its folder.

    Raises OSError.
    """
    root = root.resolve()
    experiment = _experiment(root, run)
    draft = root / f".{run.id}.part"
    shutil.rmtree(draft, ignore_errors=True)
    _run(yard, run, draft, (experiment / run.id / "artifacts").as_uri())
    target = experiment / run.id
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    return target


def _experiment(root: Path, run: Run) -> Path:
    folder = root / EXPERIMENT_ID
    if not (folder / "meta.yaml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        created = told.milliseconds(run.created)
        meta = {"experiment_id": EXPERIMENT_ID, "name": told.EXPERIMENT}
        meta |= {"artifact_location": folder.as_uri(), "lifecycle_stage": "active"}
        _meta(folder, {**meta, "creation_time": created, "last_update_time": created})
    return folder


def _run(yard: Yard, run: Run, folder: Path, artifacts: str) -> None:
    for part in ("params", "metrics", "tags", "artifacts"):
        (folder / part).mkdir(parents=True)
    for part, found in (("params", told.params(run)), ("tags", told.tags(yard, run))):
        for name, value in found.items():
            _file(folder / part, name).write_text(value, encoding="utf-8")
    for curve, called in told.metrics(yard.history.metrics(run.id)).items():
        _metric(yard, run, curve, _file(folder / "metrics", called))
    for name, content in told.artifacts(yard, run):
        (folder / "artifacts" / name).write_bytes(content)
    status = told.STATUSES.get(run.status, told.RUNNING)
    facts: dict[str, Any] = {
        **{"run_id": run.id, "run_uuid": run.id, "run_name": run.name, "user_id": "trainyard"},
        **{"experiment_id": EXPERIMENT_ID, "artifact_uri": artifacts, "lifecycle_stage": "active"},
        **{"status": _STATUS[status], "source_type": _LOCAL, "tags": [], "deleted_time": None},
        **dict.fromkeys(("source_name", "source_version", "entry_point_name"), ""),
        "start_time": told.milliseconds(run.started or run.created),
        "end_time": told.milliseconds(run.ended),
    }
    _meta(folder, facts)


def _metric(yard: Yard, run: Run, curve: str, path: Path) -> None:
    """Lines of milliseconds, value and step."""
    with path.open("w", encoding="utf-8") as file:
        for _, points in stretches(yard.history, run.id, curve):
            moments = (1_000 * points.seconds).round().astype("int64").tolist()
            rows = zip(moments, points.values, points.steps.tolist(), strict=True)
            file.writelines(f"{moment} {value!s} {step}\n" for moment, value, step in rows)


def _file(folder: Path, name: str) -> Path:
    """Where a name with slashes lies."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _meta(folder: Path, facts: dict[str, Any]) -> None:
    # JSON is YAML, and needs nobody to know how YAML quotes a name.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=True)}" for name, value in facts.items()]
    (folder / "meta.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
