"""Run by tests in a process of its own: writes checkpoints 1, 2, ... with known contents."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.saving.checkpoint import Checkpoints
from engine.saving.manifest import Facts


def content(step: int) -> dict[str, bytes]:
    """What the checkpoint of a step holds."""
    return {
        "model.safetensors": bytes([step]) * 3000,
        "state.json": b'{"step": %d}' % step,
    }


def facts(step: int, attempt: int = 1) -> Facts:
    """The facts of a test's machine."""
    return Facts(
        step=step, attempt=attempt, device="a test", threads=1, versions={"torch": "2.13.0"}
    )


def newest(folder: Path) -> int:
    """Step of the newest good checkpoint, whose content must be that step's; 0 for none."""
    loaded, _ = Checkpoints(folder, 1).newest()
    if loaded is None:
        return 0
    step = loaded.manifest.facts.step
    assert loaded.files == content(step)
    return step


def folder_with(folder: Path, *steps: int) -> Checkpoints:
    """An open folder with these checkpoints."""
    checkpoints = Checkpoints(folder, 1)
    checkpoints.open()
    for step in steps:
        checkpoints.save(content(step), facts(step))
    return checkpoints


def main(folder: str, first: int, last: int) -> None:
    """Writes the checkpoints and says which are on disk."""
    checkpoints = Checkpoints(Path(folder), 1)
    checkpoints.open()
    for step in range(first, last + 1):
        checkpoints.save(content(step), facts(step))
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
