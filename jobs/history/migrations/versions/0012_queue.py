"""Where a run stands in the queue, how much it needs, and which of its ends count no more."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Columns of `runs`; runs that are there need what their settings say."""
    op.add_column("runs", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("place", sa.Float(53)))
    op.add_column("runs", sa.Column("devices", sa.Integer, nullable=False, server_default="1"))
    op.add_column("runs", sa.Column("retried", sa.Integer, nullable=False, server_default="0"))
    op.add_column("commands", sa.Column("note", sa.Text, nullable=False, server_default=""))
    _fill_devices()


def _fill_devices() -> None:
    runs = sa.table("runs", *map(sa.column, ("id", "config", "devices")))
    connection = op.get_bind()
    some = sa.select(runs.c.id, runs.c.config).where(runs.c.config.contains('"devices"'))
    for run_id, config in connection.execute(some).all():
        if (devices := _devices(config)) > 1:
            connection.execute(sa.update(runs).where(runs.c.id == run_id).values(devices=devices))


def _devices(config: str) -> int:
    """One where the settings of an old run cannot be read."""
    try:
        return int(json.loads(config)["hardware"]["devices"])
    except (ValueError, KeyError, TypeError):
        return 1
