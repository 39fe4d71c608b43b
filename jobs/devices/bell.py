"""Waits for something to happen in the queue: a run came, devices were given back."""

from __future__ import annotations

from typing import Any

import redis

from jobs.wire import keys

WAIT_MILLISECONDS = 1_000
"""a lost wake-up costs no more than this"""


class Bell:
    """Hears what `wake` tells. `client` is its alone (see `connect_blocking`)."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        newest: Any = client.xrevrange(keys.WAKE, count=1)
        # Not "$": what rings between a look and the wait after it must be heard.
        self._last: Any = newest[0][0] if newest else "0"

    def wait(self, milliseconds: int = WAIT_MILLISECONDS) -> None:
        """Returns when it rings, at the latest after `milliseconds`."""
        found: Any = self._client.xread({keys.WAKE: self._last}, count=64, block=milliseconds)
        if found:
            self._last = found[0][1][-1][0]
