"""What people look at of alerts and notices. Pages and command line use only this."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from jobs.history import notices as rows
from jobs.history import runs as run_rows
from jobs.history.notices import Level, Notice
from jobs.notify import outbox
from jobs.notify.channels import Channel, channels
from jobs.notify.outbox import State
from jobs.run import Run
from jobs.yard import Yard


@dataclass(frozen=True)
class Count:
    """The alerts of a run: how many, and the worst level of them."""

    number: int
    level: Level


def counts(yard: Yard, run_ids: Collection[str]) -> dict[str, Count]:
    """Of the runs that have alerts."""
    with yard.history.reading() as connection:
        found = rows.alert_counts(connection, run_ids)
    return {
        run_id: Count(sum(levels.values()), "error" if "error" in levels else "warning")
        for run_id, levels in found.items()
    }


def of_run(yard: Yard, run_id: str) -> list[Notice]:
    """The alerts of a run, the newest first."""
    with yard.history.reading() as connection:
        found = rows.of_run(connection, run_id)
    return [each for each in found if each.event == "alert"]


def newest(yard: Yard, limit: int) -> list[tuple[Notice, Run]]:
    """Notices of all runs with their runs, the newest first."""
    with yard.history.reading() as connection:
        found = rows.newest(connection, limit)
        known = {each.run: run_rows.find(connection, each.run) for each in found}
    return [(each, run) for each in found if (run := known[each.run])]


def channel_states(yard: Yard) -> list[tuple[Channel, State]]:
    """The channels and how they stand. Raises ChannelError when their file is damaged."""
    found = channels(yard.home)
    with yard.history.reading() as connection:
        states = outbox.states(connection, [each.name for each in found])
    return [(each, states[each.name]) for each in found]
