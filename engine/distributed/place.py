"""Where in a team this process stands: said by rank 0, or by torchrun in the environment."""

from __future__ import annotations

import os

from engine.spec import Spec


class Place(Spec):
    """One rank. `local` numbers the ranks of its machine: its GPU."""

    rank: int = 0
    size: int = 1
    local: int = 0
    host: str = "127.0.0.1"
    """the machine of rank 0, as this one reaches it"""
    port: int = 0
    """of the store there where ranks meet; 0: torchrun says in the environment"""
    life: str = "0"
    """differs from start to start, so that no message of an earlier one is believed"""


def place_of_torchrun() -> Place:
    """What torchrun says of this process; alone without it.

    A restart by torchrun meets the store of the life before (pytorch#135712), hence `life`.
    """
    environment = os.environ
    if "RANK" not in environment or "WORLD_SIZE" not in environment:
        return Place()
    return Place(
        rank=int(environment["RANK"]),
        size=int(environment["WORLD_SIZE"]),
        local=int(environment.get("LOCAL_RANK", environment["RANK"])),
        life=environment.get("TORCHELASTIC_RESTART_COUNT", "0"),
    )
