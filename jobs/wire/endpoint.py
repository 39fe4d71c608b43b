"""Where the embedded server listens: `redis/endpoint.json`, readable by its owner only."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import asdict, dataclass

from jobs.home import Home
from jobs.working.processes import write_private


@dataclass(frozen=True)
class Endpoint:
    """A loopback port and its password."""

    port: int
    password: str

    @classmethod
    def create(cls, password: str | None = None) -> Endpoint:
        """A port that is free now, and a random password unless one is given."""
        # Not a port of the kernel's ephemeral range (from 32768): a client that tries again and
        # again there may connect to itself and then hold the port.
        while not port_is_free(port := 20_000 + secrets.randbelow(12_000)):
            pass
        return cls(port, password or secrets.token_urlsafe(32))

    @classmethod
    def read(cls, home: Home) -> Endpoint | None:
        """The endpoint written last, or None when there is none (or only half of one)."""
        try:
            fields = json.loads((home.redis / "endpoint.json").read_text())
            return cls(int(fields["port"]), str(fields["password"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write(self, home: Home) -> None:
        """Publishes the endpoint to the other processes of this home."""
        write_private(home.redis / "endpoint.json", json.dumps(asdict(self)))


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
