"""A member's end, in its worker: starts ranks as the leader says, and ends them with it.

A thread of its own: it must hear and speak also while the worker waits for Redis.
"""

from __future__ import annotations

import json
import os
import socket
import threading

import redis

from jobs.gangs import address as addresses
from jobs.gangs.gang import Point, await_point
from jobs.gangs.line import SILENT_SECONDS, Line
from jobs.gangs.shared import UNWRITABLE, sees, writes
from jobs.home import Home
from jobs.sampling.hardware import PERIOD_SECONDS, Meter
from jobs.store.address import address
from jobs.wire.connect import connect
from jobs.working.forked import Forked
from jobs.working.forkserver import Request
from jobs.working.site import Site


class Member:
    """One attempt, as a member of its gang. `over` is set when its devices are free again."""

    def __init__(self, site: Site, job: str) -> None:
        self.over = threading.Event()
        self.outcome = ""
        """how it went, for the worker's log"""
        self._site, self._job = site, job
        self._run_id = job.partition("_")[0]
        self._leaving = threading.Event()
        self._line: Line | None = None
        self._ranks: dict[int, Forked] = {}
        self._pids: list[int] = []
        """of its ranks, the latest of each fold among them"""
        self._ended: set[int] = set()
        self._over = False
        self._writes = False
        """whether this machine may write checkpoints beside the leader"""
        self._threads: list[threading.Thread] = []
        self._turn = threading.Lock()
        threading.Thread(target=self._run, name="member", daemon=True).start()

    def leave(self) -> None:
        """This worker shuts down: the leader saves the run and ends its attempt."""
        self._leaving.set()
        if self._line:
            self._line.say(leaving=True)

    def _run(self) -> None:
        try:
            self.outcome = self._attend()
        except (OSError, redis.RedisError) as error:
            self.outcome = f"it could not be joined: {error}"
        finally:
            self._end_all()
            self.over.set()

    def _attend(self) -> str:
        with connect(self._site.home) as client:
            point = await_point(client, self._job, self._leaving)
        if point is None:
            return "it did not begin"
        line = self._greet(point)
        threading.Thread(target=self._measure, args=(line,), name="hardware", daemon=True).start()
        try:
            for message in line.hear():
                if "start" in message:
                    self._begin(int(message["start"]), str(message["orders"]))
                elif "kill" in message:
                    self._end(int(message["kill"]))
        finally:
            line.close()
        return "its leader does not answer any more" if line.silent else "it is over"

    def _greet(self, point: Point) -> Line:
        there = (point.host, point.port)
        line = Line(socket.create_connection(there, timeout=SILENT_SECONDS))
        machine = self._site.holder.machine
        place = (self._site.home, self._run_id, point.secret)
        self._writes = writes(*place)
        line.say(machine=machine, secret=point.secret, shared=bool(address()) or sees(*place))
        self._line = line
        if self._leaving.is_set():
            line.say(leaving=True)
        return line

    def _measure(self, line: Line) -> None:
        """Says once a second what this machine does, as the leader's trainer does of its own."""
        folder = self._site.home.run(self._run_id)
        meter = Meter(None, self._site.visible, folder, self._site.holder.machine)
        meter.beside = self._pids
        while not self.over.wait(PERIOD_SECONDS):
            line.say(hardware=meter.sample().model_dump_json())

    def _begin(self, number: int, orders: str) -> None:
        """In a thread: the forkserver may still load torch, and what it forks says much."""
        thread = threading.Thread(target=self._train, args=(number, orders), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _train(self, number: int, orders: str) -> None:
        line = self._line
        assert line is not None
        try:
            if not self._writes and _is_sharded(orders):
                raise ValueError(UNWRITABLE)
            rank = self._fork(orders, line)
        except (OSError, ValueError) as error:
            line.say(rank=number, says=str(error))
            line.say(rank=number, code=1)
            return
        with self._turn:
            self._ranks[number] = rank
            self._pids.append(rank.pid)
            if self._over or number in self._ended:
                rank.kill()
        for text in iter(rank.line, ""):
            line.say(rank=number, says=text.rstrip("\n"))
        line.say(rank=number, code=rank.wait())

    def _fork(self, orders: str, line: Line) -> Forked:
        network = addresses.interface(line.address)
        request = Request(
            run_id=self._run_id,
            attempt=0,
            config="",
            home=str(self._site.home.root),
            environment={
                "CUDA_VISIBLE_DEVICES": self._site.visible,
                **addresses.environment(network),
            },
            forkserver=str(self._site.forkserver),
            orders=orders,
            member=True,
        )
        output = _output(self._site.home, self._run_id)
        try:
            return Forked(request, output, self._site.locks)
        finally:
            os.close(output)

    def _end(self, number: int) -> None:
        with self._turn:
            self._ended.add(number)
            rank = self._ranks.get(number)
        if rank:
            rank.kill()

    def _end_all(self) -> None:
        """No rank outlives the connection; only then are the devices free."""
        with self._turn:
            self._over = True
            ranks = list(self._ranks.values())
        for rank in ranks:
            rank.kill()
        for thread in self._threads:
            thread.join()
        for rank in self._ranks.values():
            rank.close()


def _is_sharded(orders: str) -> bool:
    """Of orders as JSON, which a worker does not read: that would load the engine."""
    return bool(json.loads(orders)["config"]["hardware"].get("weights") == "sharded")


def _output(home: Home, run_id: str) -> int:
    folder = home.run(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / "output.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
