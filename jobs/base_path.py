"""Where on its host the dashboard lives: `TRAINYARD_BASE_PATH=/yard` behind a reverse proxy."""

from __future__ import annotations

import os
import re

VARIABLE = "TRAINYARD_BASE_PATH"
ALLOWED = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def base_path() -> str:
    """Empty, or a path that begins and does not end with a slash. Raises ValueError, a sentence."""
    given = os.environ.get(VARIABLE, "")
    path = "/" + given.strip("/") if given.strip("/") else ""
    if path and not ALLOWED.fullmatch(path):
        raise ValueError(
            f"{VARIABLE} is {given!r}; it must be a path such as /yard, of letters, digits, "
            "dots, dashes and underscores."
        )
    return path
