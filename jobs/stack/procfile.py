"""Reads the Procfile: which processes there are, in the order in which they start."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


class ProcfileError(ValueError):
    """A line of the Procfile cannot be used. The text names the file, the line and the form."""


@dataclass(frozen=True)
class Entry:
    """One process to keep running."""

    name: str
    command: tuple[str, ...]


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a Procfile, `name: command` a line. Raises ProcfileError."""
    entries: dict[str, Entry] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path}, line {number}"
        entry = parse(line, where)
        if entry.name in entries:
            raise ProcfileError(f"{where}: there are two processes named {entry.name!r}.")
        entries[entry.name] = entry
    return tuple(entries.values())


def parse(line: str, where: str) -> Entry:
    """One line. `python` stands for the Python that runs now. Raises ProcfileError."""
    match = re.fullmatch(r"\s*([a-z][a-z0-9_-]*):\s*(\S.*)", line)
    if match is None:
        raise ProcfileError(f"{where}: {line.strip()!r} is not of the form `name: command`.")
    try:
        command = shlex.split(match[2])
    except ValueError as error:
        raise ProcfileError(f"{where}: {line.strip()!r}: {error}.") from error
    if command[0] == "python":
        command[0] = sys.executable
    return Entry(match[1], tuple(command))


def for_this_machine(
    entries: Sequence[Entry], devices: Sequence[str], *, own_redis: bool
) -> tuple[Entry, ...]:
    """The entries with one worker for each device, and `redis` only when the server is ours."""
    chosen: list[Entry] = []
    for entry in entries:
        if entry.name == "worker":
            chosen.extend(workers(entry, devices))
        elif entry.name != "redis" or own_redis:
            chosen.append(entry)
    return tuple(chosen)


def workers(entry: Entry, devices: Sequence[str]) -> list[Entry]:
    """One worker for each device, named after it (`worker-cuda0`), which it prefers.

    It may take the others of its kind too: a run that needs several gets them from one worker.
    """
    return [
        replace(
            entry,
            name=f"{entry.name}-{device.replace(':', '')}",
            command=(*entry.command, "--device", ",".join(_preferred(device, devices))),
        )
        for device in devices
    ]


def _preferred(first: str, devices: Sequence[str]) -> list[str]:
    """Those of the kind of `first`, from it on round to the one before it."""
    kind = first.partition(":")[0]
    alike = [device for device in devices if device.partition(":")[0] == kind]
    place = alike.index(first)
    return alike[place:] + alike[:place]
