"""What a run's machine chose for it, and why, as its last start told."""

from __future__ import annotations

from jobs.history import History


def choices_of(history: History, run_id: str) -> dict[str, str]:
    """Name of the choice to `value: reason`; empty before the first start."""
    starts = history.records(run_id, "started")
    return dict(starts[-1].body.get("choices", {})) if starts else {}
