"""A meeting of a gang whose ranks do not train, and what it told."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import NoReturn

from engine.config import RunConfig
from engine.distributed.orders import Orders
from engine.distributed.place import Place
from jobs.gangs import address
from jobs.gangs.gang import Gang
from jobs.gangs.meeting import Meeting, Remote
from jobs.ids import new_id
from jobs.working.forked import Forked
from jobs.working.forkserver import Request

RUN = new_id()
JOB = f"{RUN}_1"
GANG = Gang(JOB, ("a", "b"), address.LOOPBACK)


def stub(request: Request, leader: int, words: int) -> NoReturn:
    """In place of training: says where it stands, ends with its leader or as its run is called."""
    orders = Orders.model_validate_json(request.orders)
    network = os.environ["GLOO_SOCKET_IFNAME"]
    os.write(words, f"{orders.place.rank} {orders.place.host} {network}\n".encode())
    if orders.config.name == "fail":
        os.write(words, b"ValueError: not on this device\n")
        os._exit(1)
    os.read(leader, 1)
    os._exit(0)


@dataclass
class Room:
    """A meeting, and what it told."""

    told: list[str] = field(default_factory=list)
    measured: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.meeting = Meeting(
            GANG,
            nobody,
            lambda: self.told.append("leaving"),
            self.told.append,
            lambda machine, text: self.measured.append((machine, text)),
        )

    def start(self, name: str = "", *, sharded: bool = False) -> Remote:
        """Has rank 1 started, of 2 machines of 1 device each."""
        weights = "sharded" if sharded else "replicated"
        hardware = {"machines": 2, "weights": weights}
        config = RunConfig.model_validate({"name": name, "hardware": hardware})
        orders = Orders(place=Place(rank=1, size=2, port=1), config=config)
        remote = self.meeting.start(orders)
        assert isinstance(remote, Remote)
        return remote


def nobody(orders: Orders) -> Forked:
    raise AssertionError(f"rank {orders.place.rank} belongs elsewhere")
