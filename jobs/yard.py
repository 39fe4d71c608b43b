"""One Trainyard, opened: its folder, its history and its Redis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from redis import Redis
from redis.backoff import EqualJitterBackoff
from redis.retry import Retry

from jobs.connect import connect_unretried
from jobs.history import History
from jobs.history.database import database_url
from jobs.home import Home


@dataclass(frozen=True)
class Yard:
    """What every service works on."""

    home: Home
    history: History

    @classmethod
    def open(cls, home: Home | None = None) -> Yard:
        """Opens `home` (by default `TRAINYARD_HOME`), creating what is missing.

        Works without Redis. Raises HistoryError when a newer Trainyard wrote the history.
        """
        place = (home or Home.from_environment()).create()
        return cls(place, History.open(database_url(place)))

    @cached_property
    def redis(self) -> Redis:
        """A client for people's questions: it gives up after a second instead of minutes.

        Raises RedisUnavailable when no server was ever started here.
        """
        client = connect_unretried(self.home)
        # Three quick tries step over a server that was just restarted; a page must not hang.
        client.set_retry(Retry(EqualJitterBackoff(cap=0.2, base=0.02), retries=3))
        return client

    def close(self) -> None:
        """Closes the connections."""
        self.history.close()
        if "redis" in self.__dict__:
            self.redis.close()
