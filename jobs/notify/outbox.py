"""The outbox: which notices are on their way to a channel, and how often that was tried.

A delivery is `waiting` until it is `sent`, or `failed` a day after it came. It is written down
before the first try and after the last, so that a restart forgets none and repeats at most the one
it was at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from jobs.history.notices import Notice
from jobs.history.schema import ATTEMPTS, DELIVERIES, NOTICES, RUNS
from jobs.notify.channels import Channel

MOST = 500
"""deliveries that one look takes on: what is more waits for the next"""


@dataclass(frozen=True)
class Due:
    """A notice that is to be sent now."""

    notice: Notice
    tries: int


@dataclass(frozen=True)
class State:
    """How a channel stands."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    error: str = ""
    """of the newest delivery that is not through; empty when all are"""


def has_work(connection: Connection, channel: Channel, now: float) -> bool:
    """Whether anything is to be taken in or sent: a look that locks nothing."""
    if connection.execute(_fresh(channel).limit(1)).first():
        return True
    query = select(DELIVERIES.c.notice).where(
        DELIVERIES.c.channel == channel.name,
        DELIVERIES.c.state == "waiting",
        DELIVERIES.c.due <= now,
    )
    return connection.execute(query.limit(1)).first() is not None


def take_in(connection: Connection, channel: Channel, now: float) -> None:
    """Puts what happened since the channel was made, and is to be told there, into its outbox."""
    found = connection.execute(_fresh(channel).order_by(NOTICES.c.id).limit(MOST)).scalars()
    rows = [
        {"channel": channel.name, "notice": each, "state": "waiting", "created": now, "due": now}
        for each in found
    ]
    if rows:
        connection.execute(insert(DELIVERIES), rows)


def _fresh(channel: Channel) -> Select[tuple[int]]:
    alerts = [topic for topic in channel.topics if topic in ("error", "warning")]
    ends = [topic for topic in channel.topics if topic not in ("error", "warning")]
    wanted = or_(
        and_(NOTICES.c.event == "alert", NOTICES.c.level.in_(alerts)), NOTICES.c.event.in_(ends)
    )
    there = select(DELIVERIES.c.notice).where(
        DELIVERIES.c.channel == channel.name, DELIVERIES.c.notice == NOTICES.c.id
    )
    return select(NOTICES.c.id).where(NOTICES.c.time >= channel.created, wanted, ~there.exists())


def due(connection: Connection, channel: str, now: float) -> list[Due]:
    """What is to be sent, in the order of happening."""
    query = (
        select(NOTICES, DELIVERIES.c.tries)
        .join(DELIVERIES, DELIVERIES.c.notice == NOTICES.c.id)
        .where(DELIVERIES.c.channel == channel, DELIVERIES.c.state == "waiting")
        .where(DELIVERIES.c.due <= now)
        .order_by(NOTICES.c.id)
        .limit(MOST)
    )
    return [Due(Notice.of(dict(row)), row["tries"]) for row in connection.execute(query).mappings()]


def alerts_since(connection: Connection, channel: str, since: float) -> dict[str, int]:
    """How many messages with alerts went out by run; those of a digest are one."""
    query = (
        select(NOTICES.c.run, func.count(DELIVERIES.c.ended.distinct()).label("number"))
        .join(DELIVERIES, DELIVERIES.c.notice == NOTICES.c.id)
        .where(DELIVERIES.c.channel == channel, DELIVERIES.c.state == "sent")
        .where(DELIVERIES.c.ended >= since, NOTICES.c.event == "alert")
        .group_by(NOTICES.c.run)
    )
    return {row.run: row.number for row in connection.execute(query)}


def sent(connection: Connection, channel: str, notices: Sequence[Notice], now: float) -> None:
    """They arrived, in one message."""
    _change(connection, channel, notices, state="sent", ended=now, error="")


def failed(
    connection: Connection, channel: str, notices: Sequence[Notice], error: str, due: float
) -> None:
    """They did not arrive and are tried again at `due`."""
    tries = DELIVERIES.c.tries + 1
    _change(connection, channel, notices, tries=tries, error=error, due=due)


def give_up(connection: Connection, channel: str, before: float, now: float) -> int:
    """What came before that moment and is still here is not tried again. How many those are."""
    gone = update(DELIVERIES).where(
        DELIVERIES.c.channel == channel,
        DELIVERIES.c.state == "waiting",
        DELIVERIES.c.created < before,
        DELIVERIES.c.tries > 0,
    )
    return connection.execute(gone.values(state="failed", ended=now)).rowcount


def states(connection: Connection, names: Collection[str]) -> dict[str, State]:
    """How each channel stands."""
    query = (
        select(DELIVERIES.c.channel, DELIVERIES.c.state, func.count().label("number"))
        .where(DELIVERIES.c.channel.in_(names))
        .group_by(DELIVERIES.c.channel, DELIVERIES.c.state)
    )
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for row in connection.execute(query):
        counts[row.channel][row.state] = row.number
    return {
        name: State(
            number.get("sent", 0),
            number.get("waiting", 0),
            number.get("failed", 0),
            _error(connection, name) if number.get("waiting") or number.get("failed") else "",
        )
        for name, number in counts.items()
    }


def note_waiting(connection: Connection, before: float) -> list[tuple[str, float]]:
    """Runs that no worker has taken since before that moment and of which nobody was told."""
    tried = select(ATTEMPTS.c.run).where(ATTEMPTS.c.run == RUNS.c.id)
    told = select(NOTICES.c.run).where(NOTICES.c.run == RUNS.c.id, NOTICES.c.event == "waiting")
    query = select(RUNS.c.id, RUNS.c.created).where(
        RUNS.c.desired == "running", RUNS.c.created < before, ~tried.exists(), ~told.exists()
    )
    return [(row.id, row.created) for row in connection.execute(query)]


def _error(connection: Connection, channel: str) -> str:
    query = (
        select(DELIVERIES.c.error)
        .where(DELIVERIES.c.channel == channel, DELIVERIES.c.error != "")
        .order_by(DELIVERIES.c.notice.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or ""


def _change(
    connection: Connection, channel: str, notices: Sequence[Notice], **values: object
) -> None:
    numbers = [each.id for each in notices]
    here = (DELIVERIES.c.channel == channel) & DELIVERIES.c.notice.in_(numbers)
    connection.execute(update(DELIVERIES).where(here).values(**values))
