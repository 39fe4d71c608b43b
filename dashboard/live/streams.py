"""Reading Redis streams, with one plain type for what redis-py answers in several shapes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, cast

import redis.asyncio

from jobs.history.records import Position
from jobs.wire.connect import BLOCK_MILLISECONDS

Entry = tuple[bytes, dict[bytes, bytes]]
"""id and fields"""


async def read(client: redis.asyncio.Redis, key: str, after: str, count: int = 500) -> list[Entry]:
    """The entries behind `after`; waits up to a second for the first one."""
    reply: Any = await client.xread({key: after}, count=count, block=BLOCK_MILLISECONDS)
    return cast("list[Entry]", reply[0][1]) if reply else []


async def read_all(
    client: redis.asyncio.Redis, after: Mapping[str, str], count: int = 500
) -> dict[str, list[Entry]]:
    """By key, the entries behind a place of each stream; waits up to a second for the first."""
    places: Any = dict(after)
    reply: Any = await client.xread(places, count=count, block=BLOCK_MILLISECONDS)
    return {key.decode(): cast("list[Entry]", entries) for key, entries in reply or ()}


async def beyond(
    client: redis.asyncio.Redis, key: str, after: str, count: int = 500
) -> AsyncIterator[list[Entry]]:
    """All entries behind `after` that are there now, in pages of `count`."""
    while True:
        reply: Any = await client.xrange(key, min=f"({after}", count=count)
        if not reply:
            return
        yield cast("list[Entry]", reply)
        after = reply[-1][0].decode()


async def last(client: redis.asyncio.Redis, key: str) -> Position:
    """Place of the newest entry; `(0, 0)` when there is none."""
    reply: Any = await client.xrevrange(key, count=1)
    return parse(reply[0][0]) if reply else (0, 0)


async def lasts(client: redis.asyncio.Redis, names: Sequence[str]) -> list[Position]:
    """The same of several streams, asked at once."""
    asking = client.pipeline(transaction=False)
    for key in names:
        asking.xrevrange(key, count=1)
    return [parse(reply[0][0]) if reply else (0, 0) for reply in await asking.execute()]


async def ends(client: redis.asyncio.Redis, key: str) -> tuple[Position, Position]:
    """Places of the oldest entry that is still there and of the newest one."""
    reply: Any = await client.xrange(key, count=1)
    return (parse(reply[0][0]) if reply else (0, 0)), await last(client, key)


def parse(entry_id: bytes) -> Position:
    """An entry's id as attempt and seq: of the last event in it."""
    attempt, seq = entry_id.split(b"-")
    return int(attempt), int(seq)


def size(entries: Iterable[Entry]) -> int:
    """Bytes of the entries' fields."""
    return sum(len(value) for _, fields in entries for value in fields.values())
