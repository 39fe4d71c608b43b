"""The devices of a machine that a worker may take: a processor, NVIDIA GPUs or simulated ones.

Simulated devices (`TRAINYARD_DEVICES=fake:4`) train on the processor. They are held, shared out and
used by strangers as GPUs are, so that all of that is tested where there is none.
"""

from __future__ import annotations

import os
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from jobs.home import Home
from jobs.sampling.gpu import Gpus, visible_device

MOST_PROCESSES = 64
"""how many processes of one run a processor may be shared by; the setting allows as many"""


class Devices(ABC):
    """Some devices of one kind, in the order in which a worker prefers them."""

    kinds: tuple[str, ...] = ("cpu",)
    """values of `hardware.device` that can be trained here"""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    @property
    def room(self) -> int:
        """For how many processes of a run there is room when nothing else trains."""
        return len(self.names)

    @abstractmethod
    def lock(self, name: str) -> Path | None:
        """The file whose `flock` holds the device; None for one that is never taken whole."""

    @abstractmethod
    def mutex(self) -> Path:
        """The file whose `flock` has the workers of the machine choose one after the other."""

    def strangers(self, names: Iterable[str]) -> dict[str, str]:  # noqa: ARG002
        """Device → who uses it, of those that no Trainyard holds."""
        return {}

    def visible(self, names: Iterable[str]) -> str:  # noqa: ARG002
        """What `CUDA_VISIBLE_DEVICES` must say for a trainer that gets these."""
        return ""


class Processor(Devices):
    """The machine without a GPU. Every worker trains on it, beside the others."""

    kinds = ("cpu", "mps") if sys.platform == "darwin" else ("cpu",)

    def __init__(self, home: Home) -> None:
        super().__init__(["cpu"])
        self._folder = home.root

    @property
    def room(self) -> int:
        """As many processes as a run may have."""
        return MOST_PROCESSES

    def lock(self, name: str) -> Path | None:  # noqa: ARG002
        """None: it is shared."""
        return None

    def mutex(self) -> Path:
        """In the home."""
        return self._folder / "devices.lock"


class Simulated(Devices):
    """Devices that are only names. A file `<device>.stranger` beside its lock says who uses it."""

    def __init__(self, names: Sequence[str], home: Home) -> None:
        super().__init__(names)
        self._folder = home.root / "devices"
        self._folder.mkdir(exist_ok=True)

    def lock(self, name: str) -> Path:
        """In the home: another home is another machine."""
        return self._folder / f"{_file_name(name)}.lock"

    def mutex(self) -> Path:
        """Beside the locks."""
        return self._folder / "choose.lock"

    def strangers(self, names: Iterable[str]) -> dict[str, str]:
        """What the files say."""
        paths = {name: self._folder / f"{_file_name(name)}.stranger" for name in names}
        return {name: path.read_text().strip() for name, path in paths.items() if path.exists()}


class Nvidia(Devices):
    """GPUs. Their locks are the machine's, so that several Trainyards on it do not collide."""

    kinds = ("cpu", "cuda")

    def __init__(self, names: Sequence[str], gpus: Gpus | None = None) -> None:
        super().__init__(names)
        self._gpus = gpus or Gpus()
        self._visible = {name: visible_device(name) for name in names}
        self._uuids = {name: self._uuid(asked) for name, asked in self._visible.items()}
        self._folder = Path(tempfile.gettempdir()) / "trainyard-devices"
        self._folder.mkdir(exist_ok=True)
        if self._folder.stat().st_uid == os.geteuid():
            self._folder.chmod(0o1777)

    def lock(self, name: str) -> Path:
        """Named by the GPU itself: its number may differ from process to process."""
        return self._folder / f"{_file_name(self._uuids[name])}.lock"

    def mutex(self) -> Path:
        """Beside the locks."""
        return self._folder / "choose.lock"

    def strangers(self, names: Iterable[str]) -> dict[str, str]:
        """Whoever computes on a GPU that nobody has locked."""
        wanted = {self._uuids[name]: name for name in names}
        found = self._gpus.users(frozenset(wanted))
        return {wanted[uuid]: _who(pids) for uuid, pids in found.items() if pids}

    def visible(self, names: Iterable[str]) -> str:
        """Their UUIDs, or what this process itself was given."""
        return ",".join(self._visible[name] for name in names)

    def _uuid(self, asked: str) -> str:
        """Of a GPU that may be named by its number."""
        known = self._gpus.uuids()
        return known[int(asked)] if asked.isdecimal() and int(asked) < len(known) else asked


def devices_of(home: Home, names: Sequence[str]) -> Devices:
    """The devices with these names; all are of one kind."""
    kind = names[0].partition(":")[0]
    if kind == "cuda":
        return Nvidia(names)
    return Simulated(names, home) if kind == "fake" else Processor(home)


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "-" for c in name)


def _who(pids: Sequence[int]) -> str:
    """E.g. `python (process 4242 of ada)`; in a container there may be no more than a number."""
    try:
        process = psutil.Process(pids[0])
        name = f"{process.name()} (process {pids[0]} of {process.username()})"
    except psutil.Error:
        name = f"process {pids[0]}"
    return name if len(pids) == 1 else f"{name} and {len(pids) - 1} more"
