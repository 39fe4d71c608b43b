"""Where people's own data lie: one folder a version, called by its digest."""

from __future__ import annotations

import os
from pathlib import Path

from engine.shared import shared_folder


def own_data_folder() -> Path:
    """`data` in the folder that several machines share, or else in `TRAINYARD_HOME`."""
    home = shared_folder() or Path(os.environ.get("TRAINYARD_HOME") or "var")
    return home.resolve() / "data"
