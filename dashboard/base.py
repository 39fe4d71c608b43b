"""Requests below the base path, see `jobs/base_path.py`."""

from __future__ import annotations

from starlette.types import Scope


def rooted(scope: Scope, base: str) -> Scope:
    """The same request below `base`, whether the proxy has cut the prefix off or not."""
    path = scope["path"]
    if not base:
        return scope
    if path != base and not path.startswith(f"{base}/"):
        path = base + path
    return {**scope, "path": path, "root_path": base, "raw_path": path.encode()}
