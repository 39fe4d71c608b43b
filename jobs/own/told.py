"""What a script says of itself beside its numbers: how it ended, what it ran with, where it was."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from jobs.wire.journal import last_entry, latest_attempt, path_of


def explain(error: BaseException) -> str:
    """The exception in one line: `ValueError: shapes do not match`."""
    text = str(error).strip()
    first = text.splitlines()[0] if text else "no message"
    return f"{type(error).__name__}: {first}"


def last_step(folder: Path) -> int:
    """The last step that an earlier attempt on this machine logged, or 0."""
    latest = latest_attempt(folder)
    if not latest:
        return 0
    try:
        return int(last_entry(path_of(folder, latest)).to_dict()["step"])
    except (ValueError, KeyError, OSError):
        return 0


def versions() -> dict[str, str]:
    """Of Python, and of what is imported already: nothing is imported for this."""
    found = {"python": platform.python_version()}
    for name in ("torch", "numpy", "tensorflow", "jax", "sklearn", "lightning", "transformers"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    return found
