"""Reading Redis streams, with one plain type for what redis-py answers in several shapes."""

from __future__ import annotations

from typing import Any, cast

import redis.asyncio

from jobs.connect import BLOCK_MILLISECONDS

Entry = tuple[bytes, dict[bytes, bytes]]
"""id and fields"""


async def read(client: redis.asyncio.Redis, key: str, after: str, count: int = 500) -> list[Entry]:
    """The entries behind `after`; waits up to a second for the first one."""
    reply: Any = await client.xread({key: after}, count=count, block=BLOCK_MILLISECONDS)
    return cast("list[Entry]", reply[0][1]) if reply else []


async def beyond(client: redis.asyncio.Redis, key: str, after: str) -> list[Entry]:
    """All entries behind `after` that are there now."""
    reply: Any = await client.xrange(key, min=f"({after}")
    return cast("list[Entry]", reply or [])


async def last_id(client: redis.asyncio.Redis, key: str) -> str:
    """Id of the newest entry; `0-0` when there is none."""
    reply: Any = await client.xrevrange(key, count=1)
    return cast(bytes, reply[0][0]).decode() if reply else "0-0"
