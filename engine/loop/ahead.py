"""Items made by a thread while their reader is busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 4
"""items that wait at most: enough to bridge a slow one, and little memory"""


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order; an error comes where the item would have come."""
    with ThreadPoolExecutor(1, "ahead") as thread:
        waiting = deque(thread.submit(next, items, None) for _ in range(DEPTH))
        try:
            while (item := waiting.popleft().result()) is not None:
                waiting.append(thread.submit(next, items, None))
                yield item
        finally:
            for each in waiting:
                each.cancel()
