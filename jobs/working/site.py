"""Where attempts run: some devices of one worker. Passed to its horses through the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from jobs.devices.held import Held
from jobs.home import Home
from jobs.sampling.hardware import machine_name
from jobs.services.machines import SEPARATOR
from jobs.working.lease import Holder


@dataclass(frozen=True)
class Site:
    """Where attempts run; the worker says so in the environment of its horses."""

    home: Home
    holder: Holder
    forkserver: Path
    """the unix socket"""
    visible: str = ""
    """the devices, as `CUDA_VISIBLE_DEVICES` names them"""
    locks: tuple[int, ...] = ()
    """open files of the devices' locks, which the horse has inherited"""
    gang: str = ""
    """the machines that train the run together, as JSON, where there are several"""

    @classmethod
    def from_environment(cls) -> Site:
        """What `to_environment` wrote."""
        given = os.environ
        return cls(
            home=Home.from_environment(),
            holder=Holder(given["TRAINYARD_WORKER"], machine_name(), given["TRAINYARD_DEVICE"]),
            forkserver=Path(given["TRAINYARD_FORKSERVER"]),
            visible=given["TRAINYARD_VISIBLE"],
            locks=tuple(int(each) for each in given["TRAINYARD_LOCKS"].split()),
            gang=given["TRAINYARD_GANG"],
        )

    def moved_in(self, held: Held, visible: str, gang: str) -> Site:
        """The same, with these devices in hand."""
        holder = replace(self.holder, device=SEPARATOR.join(held.names))
        locks = tuple(held.descriptors)
        return replace(self, holder=holder, visible=visible, locks=locks, gang=gang)

    def to_environment(self) -> dict[str, str]:
        """Variables for the processes that run attempts here."""
        return {
            "TRAINYARD_HOME": str(self.home.root),
            "TRAINYARD_WORKER": self.holder.worker,
            "TRAINYARD_DEVICE": self.holder.device,
            "TRAINYARD_FORKSERVER": str(self.forkserver),
            "TRAINYARD_VISIBLE": self.visible,
            "TRAINYARD_LOCKS": " ".join(str(each) for each in self.locks),
            "TRAINYARD_GANG": self.gang,
        }
