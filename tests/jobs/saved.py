"""A run in the history alone: for what needs no Redis."""

from __future__ import annotations

from engine.config import RunConfig
from jobs.history import runs as rows
from jobs.ids import new_id
from jobs.yard import Yard


def save_row(yard: Yard, name: str = "a run", created: float = 1_000.0) -> str:
    """Its id."""
    row = {
        "id": new_id(),
        "name": name,
        "config": RunConfig(name="x").model_dump_json(),
        "created": created,
        "desired": "running",
        "origin": None,
        "launch_key": None,
    }
    with yard.history.writing() as connection:
        rows.add(connection, row)
    return str(row["id"])
