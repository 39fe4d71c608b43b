"""Where people's own data lie: one folder a version, called by its digest."""

from __future__ import annotations

import os
from pathlib import Path


def own_data_folder() -> Path:
    """`data` in `TRAINYARD_STORE`, which several machines share, or else in `TRAINYARD_HOME`."""
    home = os.environ.get("TRAINYARD_STORE") or os.environ.get("TRAINYARD_HOME") or "var"
    return Path(home).resolve() / "data"
