"""Two hosts: this process's network and another one, with a cable between them that can be cut.

Only in a network namespace of one's own (`unshare --net`), which goes with its last process.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.server import find_binary

NEAR, FAR = "192.0.2.1", "192.0.2.2"
"""addresses for documentation: nobody has them"""

PORT = 6379


@dataclass(frozen=True)
class Hosts:
    """The far one is entered by `within` before a command."""

    within: tuple[str, ...]
    url: str
    """of the Redis on the near one"""

    def cut(self) -> None:
        """Packets go nowhere from now on, and nobody is told."""
        _ip("link", "set", "near", "down")

    def mend(self) -> None:
        """The cable is back."""
        _ip("link", "set", "near", "up")


@contextmanager
def hosts(folder: Path) -> Iterator[Hosts]:
    """Both, and a Redis on the near one, until the end of the block."""
    far = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert far.stdout is not None
    far.stdout.readline()
    within = ("nsenter", "--target", str(far.pid), "--net")
    _ip("link", "set", "lo", "up")
    _ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(far.pid))
    for name, place, entered in (("near", NEAR, ()), ("far", FAR, within)):
        _ip("address", "add", f"{place}/24", "dev", name, entered=entered)
        _ip("link", "set", name, "up", entered=entered)
    _ip("link", "set", "lo", "up", entered=within)
    password = secrets.token_hex(16)
    with _redis(folder, password):
        yield Hosts(within, f"redis://:{password}@{NEAR}:{PORT}/0")
    far.communicate()


@contextmanager
def _redis(folder: Path, password: str) -> Iterator[None]:
    place = folder / "redis.conf"
    place.write_text(f"bind {NEAR}\nport {PORT}\nrequirepass {password}\nsave ''\ndir {folder}\n")
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen([find_binary(), place], stdout=log, stderr=log)
    try:
        yield
    finally:
        server.terminate()
        server.wait(20)


def _ip(*words: str, entered: tuple[str, ...] = ()) -> None:
    subprocess.run([*entered, "ip", *words], check=True)
