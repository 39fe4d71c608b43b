"""Which address of this machine another one reaches, and the interface that has it.

Asked of the kernel's routes; nothing is sent. `TRAINYARD_ADDRESS` says it where they cannot know.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable

import psutil

LOOPBACK = "127.0.0.1"


class NoSuchAddress(ValueError):
    """`TRAINYARD_ADDRESS` names none of this machine. The text says which there are."""


def given() -> str:
    """`TRAINYARD_ADDRESS`; empty where it is not set. Raises NoSuchAddress."""
    said = os.environ.get("TRAINYARD_ADDRESS", "")
    if said and not interface(said):
        there = ", ".join(sorted(set(_by_address()) - {LOOPBACK, "::1"})) or "none but loopback"
        raise NoSuchAddress(
            f"TRAINYARD_ADDRESS is {said!r}, and no network interface of this machine has it. "
            f"These are there: {there}."
        )
    return said


def towards(peers: Iterable[str]) -> str:
    """The address of this machine on the way to the first of the peers that is another machine.

    Loopback when all of them are this one.
    """
    if said := given():
        return said
    return next((mine for peer in peers if (mine := _mine(peer)) != LOOPBACK), LOOPBACK)


def interface(address: str) -> str:
    """The network interface with that address; empty when there is none."""
    return _by_address().get(address, "")


def environment(network: str) -> dict[str, str]:
    """Has gloo and NCCL use that interface: they would ask for the machine's name, or guess."""
    return {f"{name}_SOCKET_IFNAME": network for name in ("GLOO", "NCCL") if network}


def _by_address() -> dict[str, str]:
    families = (socket.AF_INET, socket.AF_INET6)
    return {
        each.address.partition("%")[0]: name
        for name, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if each.family in families
    }


def _mine(peer: str) -> str:
    """Where a packet to the peer would come from; loopback where no way leads there."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(peer, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(place)
            mine: str = probe.getsockname()[0]
    except OSError:
        return LOOPBACK
    return LOOPBACK if ipaddress.ip_address(mine.partition("%")[0]).is_loopback else mine
