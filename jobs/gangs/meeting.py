"""The leader's end, in its trainer: members come, ranks start there, and every end is heard of."""

from __future__ import annotations

import hmac
import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from engine.distributed.orders import Orders, Rank, Starter
from jobs.gangs.gang import Gang, Point
from jobs.gangs.line import Line, cut

COMING_SECONDS = 20.0
"""for a member to be there: its worker holds the devices already, and looks ten times a second"""

ENDING_SECONDS = 5.0
"""for a member to tell how a rank that was to end has ended"""


@dataclass
class Seat:
    """A member's place at the meeting; it may not have come yet."""

    machine: str
    host: str
    """where it is to come"""
    line: Line | None = None
    gone: str = ""
    """why nothing more can come from it"""
    apart: bool = False
    """it does not see the folder of the run"""
    ranks: dict[int, Remote] = field(default_factory=dict)
    """by a number that no two starts share"""
    _said: list[dict[str, Any]] = field(default_factory=list)
    _here: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def take(self, line: Line) -> bool:
        """The member is there; False when its place is taken, or it is too late."""
        with self._turn:
            if self.line or self.gone:
                return False
            self.line = line
            for message in self._said:
                line.say(**message)
            self._here.set()
        return True

    def say(self, **message: Any) -> None:
        """Tells the member, as soon as it is there."""
        with self._turn:
            if self.line:
                self.line.say(**message)
            else:
                self._said.append(message)

    def await_member(self, until: float) -> None:
        """Waits for it; where it does not come, it is gone."""
        if not self._here.wait(max(0.0, until - time.monotonic())):
            self.lose(f"its worker did not reach {self.host} within {COMING_SECONDS:.0f} s")

    def lose(self, why: str) -> None:
        """Nothing more comes from it: its ranks are over."""
        with self._turn:
            self.gone = self.gone or why
            ranks = list(self.ranks.values())
        for rank in ranks:
            rank.end(None)

    def add(self, number: int, rank: Remote) -> None:
        """A rank that the member is told to start."""
        with self._turn:
            self.ranks[number] = rank
        if self.gone:
            rank.end(None)


class Remote:
    """A rank's process on a member's machine (`engine.distributed.orders.Rank`)."""

    def __init__(self, seat: Seat, number: int, orders: Orders, until: float) -> None:
        self.where = seat.machine
        self._seat, self._number, self._until = seat, number, until
        self._words: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._code: int | None = None
        self._over, self._killed = threading.Event(), threading.Event()
        seat.add(number, self)
        seat.say(start=number, orders=orders.model_dump_json())

    @property
    def lost(self) -> str:
        """Why nobody knows how it ended."""
        return self._seat.gone if self._over.is_set() and self._code is None else ""

    def line(self) -> str:
        """The next line that it says; empty when it has ended."""
        self._seat.await_member(self._until)
        text = self._words.get()
        if not text:
            self._words.put("")  # whoever asks again learns it again
        return text

    def rest(self) -> str:
        """All that it says until it ends."""
        return "".join(iter(self.line, ""))

    def wait(self) -> int:
        """Its exit code; 1 where nobody can tell it."""
        while not self._over.wait(1.0):
            if self._killed.is_set() and not self._over.wait(ENDING_SECONDS):
                self.end(None)
        return 1 if self._code is None else self._code

    def kill(self) -> None:
        """Has it ended, unless it has."""
        self._killed.set()
        self._seat.say(kill=self._number)

    def close(self) -> None:
        """Nothing is to be let go of: the connection is the meeting's."""

    def hear(self, text: str) -> None:
        """It has said a line."""
        self._words.put(f"{text}\n")

    def end(self, code: int | None) -> None:
        """It is over. Of what is told twice the first counts."""
        if not self._over.is_set():
            self._code = code
            self._over.set()
            self._words.put("")


class Meeting:
    """Where the members of a gang come to. `start` is the `Starter` of all its ranks.

    `leaving` is called when a member must go in order: its worker shuts down. `apart` hears of
    those that do not see the run's folder, `measured` which machine says what of its hardware.
    """

    def __init__(
        self,
        gang: Gang,
        here: Starter,
        leaving: Callable[[], object],
        apart: Callable[[str], object],
        measured: Callable[[str, str], object],
    ) -> None:
        self._here, self._leaving = here, leaving
        self._apart, self._measured = apart, measured
        self._seats = [Seat(machine, gang.host) for machine in gang.machines[1:]]
        self._numbers = itertools.count(1)
        family = socket.AF_INET6 if ":" in gang.host else socket.AF_INET
        self._listener = socket.create_server((gang.host, 0), family=family)
        self.point = Point.at(gang.host, self._listener.getsockname()[1])
        self._until = time.monotonic() + COMING_SECONDS
        threading.Thread(target=self._receive, name="meeting", daemon=True).start()

    def start(self, orders: Orders) -> Rank:
        """Starts a rank where it belongs: this machine has the first ones."""
        machine = orders.place.rank // orders.config.hardware.devices
        if machine == 0:
            return self._here(orders)
        place = orders.place.model_copy(update={"host": self.point.host})
        told = orders.model_copy(update={"place": place})
        return Remote(self._seats[machine - 1], next(self._numbers), told, self._until)

    def close(self) -> None:
        """Ends it: the members end their ranks and give their devices back."""
        self._listener.close()
        for seat in self._seats:
            if seat.line:
                seat.line.close()

    def _receive(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(Line(connection),), daemon=True).start()

    def _attend(self, line: Line) -> None:
        """One connection from its first word to its end."""
        said = line.hear()
        seat = self._seat(next(said, {}))
        if seat is None or not seat.take(line):
            line.close()
            return
        if seat.apart:
            self._apart(seat.machine)
        for message in said:
            self._hear(seat, message)
        seat.lose("it does not answer any more" if line.silent else "its worker is gone")
        if line.silent:
            cut(line.peer)
        with suppress(OSError):
            line.close()

    def _hear(self, seat: Seat, message: dict[str, Any]) -> None:
        if message.get("leaving"):
            self._leaving()
        elif "hardware" in message:
            self._measured(seat.machine, str(message["hardware"]))
        elif rank := seat.ranks.get(message.get("rank", 0)):
            if "says" in message:
                rank.hear(str(message["says"]))
            else:
                rank.end(int(message["code"]))

    def _seat(self, hello: dict[str, Any]) -> Seat | None:
        """Whose first word it is; None for a stranger."""
        secret = str(hello.get("secret", ""))
        if not hmac.compare_digest(secret.encode(), self.point.secret.encode()):
            return None
        for seat in self._seats:
            if seat.machine == hello.get("machine"):
                seat.apart = not hello.get("shared")
                return seat
        return None
