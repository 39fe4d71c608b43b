"""From where this Trainyard may fetch: off unless its owner says so, never from private addresses.

A page that fetches what a person types is a way into the owner's network: a router's page, a
cloud's metadata. So a name is resolved once, every address it has must be public, and the
connection goes to the address that was checked, not to the name again.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass

from jobs.data_sets.remote.trouble import NotFetched

HOSTS = "TRAINYARD_FETCH"
PRIVATE = "TRAINYARD_FETCH_PRIVATE"


@dataclass(frozen=True)
class Allowed:
    """Hosts that may be asked for; `*` is any public one."""

    hosts: frozenset[str]
    private: frozenset[str]
    """hosts of the owner's own network that may be asked as well"""

    @classmethod
    def from_environment(cls) -> Allowed:
        """`TRAINYARD_FETCH=huggingface.co,example.org` or `*`."""
        return cls(_names(HOSTS), _names(PRIVATE))

    @property
    def anything(self) -> bool:
        """Whether fetching is on at all."""
        return bool(self.hosts or self.private)

    def check(self, host: str) -> None:
        """Whether a person may name this host. Raises NotFetched."""
        if not self.anything:
            raise NotFetched(
                "Fetching from other machines is off here. Download the file and add it, or ask "
                f"the owner of this Trainyard to start it with {HOSTS}=huggingface.co (or * for "
                "any public host)."
            )
        if "*" not in self.hosts and host not in self.hosts | self.private:
            listed = ", ".join(sorted(self.hosts | self.private))
            raise NotFetched(f"From {host} nothing is fetched here; allowed are {listed}.")

    def address(self, host: str, port: int) -> str:
        """The IP address to connect to. Raises NotFetched: not found, or private."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise NotFetched(
                f"The host {host} cannot be found ({why}). Is this machine connected to the "
                "internet, and the name right?"
            ) from error
        addresses = [str(each[4][0]) for each in found]
        if host not in self.private and not all(map(_is_public, addresses)):
            raise NotFetched(
                f"The host {host} is in a private network ({addresses[0]}), from which nothing is "
                f"fetched. The owner of this Trainyard may allow it by name, with {PRIVATE}={host}."
            )
        return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    # ::ffff:10.0.0.1 is 10.0.0.1, which `is_global` of IPv6 did not always see.
    inner = getattr(parsed, "ipv4_mapped", None) or parsed
    return inner.is_global and not inner.is_multicast


def _names(variable: str) -> frozenset[str]:
    given = os.environ.get(variable, "").lower().replace(",", " ")
    return frozenset(given.split())
