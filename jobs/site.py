"""Where attempts run: one device of one worker. Passed to its horses through the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from jobs.hardware import machine_name
from jobs.home import Home
from jobs.lease import Holder


@dataclass(frozen=True)
class Site:
    """Where attempts run; the worker says so in the environment of its horses."""

    home: Home
    holder: Holder
    forkserver: Path
    """the unix socket"""

    @classmethod
    def from_environment(cls) -> Site:
        """What `to_environment` wrote."""
        worker, device = os.environ["TRAINYARD_WORKER"], os.environ["TRAINYARD_DEVICE"]
        holder = Holder(worker, machine_name(), device)
        return cls(Home.from_environment(), holder, Path(os.environ["TRAINYARD_FORKSERVER"]))

    def to_environment(self) -> dict[str, str]:
        """Variables for the processes that run attempts here."""
        return {
            "TRAINYARD_HOME": str(self.home.root),
            "TRAINYARD_WORKER": self.holder.worker,
            "TRAINYARD_DEVICE": self.holder.device,
            "TRAINYARD_FORKSERVER": str(self.forkserver),
        }
