"""What a run is and what came of it, without its points, as one JSON object."""

from __future__ import annotations

import math
from typing import Any

from jobs.run import Run
from jobs.yard import Yard


def summary(yard: Yard, run: Run) -> dict[str, Any]:
    """The fields of `Run`, its settings, attempts and evaluations; times in unix seconds."""
    attempts = [attempt.__dict__ for attempt in yard.history.attempts(run.id)]
    told = {
        f"{each.split} {each.fold}" if each.fold else each.split: each.to_dict()
        for each in yard.history.evaluations(run.id)
    }
    return {**as_dict(run), "attempts_made": attempts, "evaluations": told}


def as_dict(run: Run) -> dict[str, Any]:
    """The fields of `Run`, `best` as an object."""
    fields = {name: getattr(run, name) for name in run.__dataclass_fields__}
    fields["config"] = run.settings
    fields["script"] = None if run.script is None else run.script.script
    fields["best"] = None if run.best is None else {"metric": run.best[0], "value": run.best[1]}
    return fields


def finite(value: Any) -> Any:
    """`value` with null for NaN and infinity, which JSON lacks."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return value
