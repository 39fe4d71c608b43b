"""The recorder's side: a run that only Redis knows of gets its row."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import redis
from pydantic import ValidationError
from sqlalchemy import Connection

from jobs.history import labels
from jobs.history import runs as rows
from jobs.own.spec import Script
from jobs.services.organise import MOST_TAG, clean
from jobs.wire import keys

LOG = logging.getLogger(__name__)


def read(client: redis.Redis, run_ids: Iterable[str]) -> dict[str, Script]:
    """What the scripts among the ids say of themselves."""
    names = list(run_ids)
    found = client.mget([keys.script(each) for each in names]) if names else []
    scripts = {}
    for name, body in zip(names, found, strict=True):
        if body is None:
            continue
        try:
            scripts[name] = Script.model_validate_json(body)
        except ValidationError as error:
            LOG.error("What run %s says of itself cannot be read: %s", name, error)
    return scripts


def add(connection: Connection, scripts: dict[str, Script]) -> set[str]:
    """Makes a row for each; the ids."""
    for run_id, script in scripts.items():
        row = {
            "id": run_id,
            "name": script.name,
            "config": script.model_dump_json(),
            "source": "script",
            "created": script.created,
            "desired": "running",
            "total_steps": script.total_steps,
        }
        rows.add(connection, row)
        labels.tag(connection, [run_id], [tag for tag in map(_tag, script.tags) if tag])
    return set(scripts)


def _tag(text: str) -> str:
    """As people's tags are kept; nobody is there to be told that one is too long."""
    return clean(text)[:MOST_TAG]
