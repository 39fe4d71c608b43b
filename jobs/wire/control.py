"""Commands to a run: a durable stream, so that none is lost while nobody listens.

It is the doorbell. What is wanted of a run stands in its row, what was asked in the rows of
`commands`; the recorder sends again what got lost. Of `stop`, `pause` and `resume` the last counts.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import redis

from engine.inbox import Asked, Inbox, Op, Order
from jobs.wire import keys
from jobs.wire.connect import SOCKET_SECONDS

KEPT = 10_000
BLOCK_MILLISECONDS = int(800 * SOCKET_SECONDS)
"""of one listening; below the socket's timeout, or redis-py gives up"""

WISHES: dict[str, Op] = {"stopped": "stop", "paused": "pause", "running": "resume"}
"""what is wanted of a run, and how that is said"""

_WANTED = {op: wish for wish, op in WISHES.items()}

Entry = Mapping[bytes, bytes]


def send(client: redis.Redis, run_id: str, op: str, order_id: str = "") -> None:
    """Asks a run for something: `stop` saves a checkpoint and ends it, `pause` until `resume`."""
    fields: Any = {"op": op, "id": order_id} if order_id else {"op": op}
    client.xadd(keys.control(run_id), fields, maxlen=KEPT)


def send_change(client: redis.Redis, run_id: str, asked: Asked) -> None:
    """Asks a run for another setting; however often it is sent, it is made once."""
    fields: Any = {"op": "set", "body": asked.model_dump_json()}
    client.xadd(keys.control(run_id), fields, maxlen=KEPT)


def sent(client: redis.Redis, run_id: str) -> set[str]:
    """Ids of the changes and orders that stand on the run's stream."""
    entries = _entries(client, run_id)
    return {each.id for each in _changes(entries)} | {each.id for each in _orders(entries)}


def wish(client: redis.Redis, run_id: str) -> str:
    """What is wanted of the run as its stream says: `running`, `paused` or `stopped`."""
    return _wish(_orders(_entries(client, run_id)))


class Commands:
    """Listens to a run's control stream from its beginning, in a thread of its own.

    `client` belongs to that thread and must outlast outages (see `connect_blocking`).
    """

    def __init__(self, client: redis.Redis, run_id: str) -> None:
        self._client = client
        self._key = keys.control(run_id)
        self.stop_asked = threading.Event()
        self.wish = "running"
        """`running`, `paused` or `stopped`: what the last word on the stream wants"""
        self.orders: deque[Order] = deque()
        """those that arrived and that nobody has taken yet"""
        self.inbox = Inbox()
        self.begun = threading.Event()
        """everything that was asked for before this moment is known"""
        self._entries: dict[str, bytes] = {}
        self._done: deque[str] = deque()
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def done(self, order_id: str) -> None:
        """An order that was obeyed: a later attempt need not hear of it."""
        self._done.append(order_id)

    def _listen(self) -> None:
        last: bytes | str = "0"
        while not self.stop_asked.is_set():
            # The first look does not wait: it is what was asked for before the first step.
            block = BLOCK_MILLISECONDS if self.begun.is_set() else None
            try:
                self._forget()
                found: Any = self._client.xread({self._key: last}, block=block)
            except redis.RedisError:
                # An hour without a server is over; there may be one later.
                continue
            for _, entries in found:
                last = entries[-1][0]
                self._obey(entries)
            self.begun.set()

    def _obey(self, entries: Sequence[tuple[bytes, Entry]]) -> None:
        commands = [fields for _, fields in entries]
        orders = _orders(commands)
        self._entries |= {_text(fields, b"id"): entry_id for entry_id, fields in entries}
        for asked in _changes(commands):
            self.inbox.put(asked)
        self.wish = _wish(orders, self.wish)
        for order in orders:
            self.orders.append(order)
            self.inbox.order(order)
        if self.wish == "stopped":
            self.stop_asked.set()

    def _forget(self) -> None:
        while self._done:
            if entry_id := self._entries.pop(self._done.popleft(), None):
                self._client.xdel(self._key, entry_id)


def _entries(client: redis.Redis, run_id: str) -> list[Entry]:
    found: Any = client.xrange(keys.control(run_id))
    return [fields for _, fields in found]


def _orders(commands: Iterable[Entry]) -> list[Order]:
    known = get_args(Op)
    said = [(_text(fields, b"op"), _text(fields, b"id")) for fields in commands]
    return [Order(op=op, id=order_id) for op, order_id in said if op in known]  # type: ignore[arg-type]


def _wish(orders: Sequence[Order], before: str = "running") -> str:
    return next((_WANTED[each.op] for each in reversed(orders) if each.op in _WANTED), before)


def _text(fields: Entry, name: bytes) -> str:
    return fields.get(name, b"").decode()


def _changes(commands: Iterable[Entry]) -> list[Asked]:
    """The changes among them. Of one that was sent again the last word counts: it has the step."""
    bodies = [fields[b"body"] for fields in commands if fields[b"op"] == b"set"]
    found = [Asked.model_validate_json(body) for body in bodies]
    return list({each.id: each for each in found}.values())
