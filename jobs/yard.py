"""One Trainyard, opened: its folder, its history and its Redis."""

from __future__ import annotations

from dataclasses import dataclass, field

from redis import Redis
from redis.backoff import EqualJitterBackoff
from redis.retry import Retry

from jobs.history import History
from jobs.history.database import database_url
from jobs.home import Home
from jobs.wire.connect import connect_unretried, url


@dataclass(frozen=True)
class Yard:
    """What every service works on."""

    home: Home
    history: History
    _clients: dict[str, Redis] = field(default_factory=dict, repr=False, compare=False)
    """by address: a server that comes back on another port is found again"""

    @classmethod
    def open(cls, home: Home | None = None) -> Yard:
        """Opens `home` (by default `TRAINYARD_HOME`), creating what is missing.

        Works without Redis. Raises HistoryError when a newer Trainyard wrote the history.
        """
        place = (home or Home.from_environment()).create()
        return cls(place, History.open(database_url(place)))

    @property
    def redis(self) -> Redis:
        """A client for people's questions: it gives up after a second instead of minutes.

        Raises RedisUnavailable when no server was ever started here.
        """
        address = url(self.home)
        if address not in self._clients:
            client = connect_unretried(self.home)
            # Three quick tries step over a server that was just restarted; a page must not hang.
            client.set_retry(Retry(EqualJitterBackoff(cap=0.2, base=0.02), retries=3))
            self._clients[address] = client
        return self._clients[address]

    def close(self) -> None:
        """Closes the connections."""
        self.history.close()
        for client in self._clients.values():
            client.close()
