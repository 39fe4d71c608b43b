"""What a worker trains with, read from the installed packages: a worker never imports torch."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from engine.version import ENGINE


@cache
def versions() -> dict[str, str]:
    """Name → version of the engine, Python and torch."""
    return {"engine": str(ENGINE), "python": platform.python_version(), "torch": _version("torch")}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
