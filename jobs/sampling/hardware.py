"""Measures the machine and a tree of processes on it, for the curves under the loss."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import psutil

from engine.events import Hardware
from jobs.sampling import flows
from jobs.sampling.gpu import Gpus

PERIOD_SECONDS = 1.0
"""between two samples of a machine, or of a run on it"""

SEARCH_EVERY = 10
"""samples between two searches for children: one reads the whole process table, which takes 3 ms"""


class Meter:
    """Takes samples; rates are over the time since the sample before.

    The first one is taken when the meter is made, so that all it gives have rates.

    `pid` and its children are the processes of the run; without it only the machine is measured.
    `visible` names the run's GPUs as in `CUDA_VISIBLE_DEVICES`; None means all. `folder` lies on
    the disk whose room is told. `machine` is the name to tell, where several train the run.
    """

    def __init__(
        self,
        pid: int | None = None,
        visible: str | None = None,
        folder: Path | None = None,
        machine: str = "",
    ) -> None:
        self.machine = machine
        self.beside: Sequence[int] = ()
        """ids of processes of the run that `pid` did not start itself"""
        self._gpus = Gpus(visible)
        self._root = psutil.Process(pid) if pid is not None else None
        self._known: dict[int, psutil.Process] = {}
        self._samples = 0
        self._folder = folder
        self._disks, self._networks = flows.Flow(), flows.Flow()
        self._process_disks = flows.ProcessDisks()
        self.sample()

    def sample(self, step: int = 0) -> Hardware:
        """One sample, stamped with the step the run had reached."""
        tree = self._tree()
        memory = psutil.virtual_memory()
        rates, sizes = [0.0], [0]
        for process in tree:
            try:
                with process.oneshot():
                    rates.append(process.cpu_percent(None))
                    sizes.append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        disk_read, disk_written = self._disks.rates(flows.disks())
        process_read, process_written = self._process_disks.rates(tree)
        received, sent = self._networks.rates(flows.networks())
        free, total = flows.room(self._folder)
        return Hardware(
            step=step,
            machine=self.machine,
            cpu=min(100.0, psutil.cpu_percent(None)),
            process_cpu=sum(rates),
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            process_memory=sum(sizes),
            disk_read=disk_read,
            disk_written=disk_written,
            process_disk_read=process_read,
            process_disk_written=process_written,
            network_received=received,
            network_sent=sent,
            disk_free=free,
            disk_total=total,
            gpus=self._gpus.sample(frozenset(process.pid for process in tree)),
        )

    def _tree(self) -> list[psutil.Process]:
        """The run's processes. Known ones are kept, since psutil measures between two calls."""
        if self._root is None and not self.beside:
            return []
        self._samples += 1
        if self._known and self._samples % SEARCH_EVERY:
            return list(self._known.values())
        try:
            alive = [self._root, *self._root.children(recursive=True)] if self._root else []
            alive += [psutil.Process(each) for each in self.beside]
        except psutil.NoSuchProcess:
            alive = []
        self._known = {each.pid: self._known.get(each.pid, each) for each in alive}
        return list(self._known.values())


LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
"""what a machine may be called: as a host may, since names of workers and files begin with it"""


def machine_name() -> str:
    """How this machine is called on the pages: `TRAINYARD_MACHINE`, or its host name."""
    given = os.environ.get("TRAINYARD_MACHINE", "")
    return given if LABEL.fullmatch(given) else platform.node() or "machine"


def cores() -> int:
    """CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
