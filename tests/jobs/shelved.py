"""Checkpoints without a training: what is copied and fetched need not be weights."""

from __future__ import annotations

from pathlib import Path

from engine.saving.checkpoint import Checkpoints
from engine.saving.manifest import Facts
from jobs.store.shelves import Shelf
from jobs.store.store import Store

RUN = "0" * 25 + "A"


def save(run_folder: Path, step: int, attempt: int = 1) -> str:
    """Writes one as a run does. Its name."""
    checkpoints = Checkpoints(run_folder / "checkpoints", attempt)
    checkpoints.open()
    facts = Facts(step=step, attempt=attempt, device="cpu", threads=1, versions={"torch": "2"})
    files = {"state.json": b"{}", "model.safetensors": step.to_bytes(2, "big") * 5_000}
    return checkpoints.save(files, facts).name


def shelf(run_folder: Path) -> Shelf:
    """That of a run without folds."""
    return Shelf.of(run_folder, RUN, 0)


def whole(store: Store, run_folder: Path) -> list[str]:
    """Names of those that others see, newest first."""
    found = shelf(run_folder)
    return [each.name for each in found.there(store) if found.whole(store, each.name)]
