"""What people make of runs: tags, notes, pins, archive, deletion; kinds to filter by."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """New columns of `runs`, a table of tags, and the kinds of the runs there are."""
    for name in ("model", "data", "notes"):
        op.add_column("runs", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in ("pinned", "archived", "removal"):
        op.add_column("runs", sa.Column(name, sa.Float(53)))
    place = ["removal", "archived", "pinned", "model", "data", "id"]
    op.create_index("runs_by_place", "runs", place)
    op.create_table(
        "tags",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("tag", sa.String(80), primary_key=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )
    op.create_index("tags_by_tag", "tags", ["tag"])
    _fill_kinds()


def _fill_kinds() -> None:
    runs = sa.table("runs", *map(sa.column, ("id", "config", "model", "data")))
    connection = op.get_bind()
    for run_id, config in connection.execute(sa.select(runs.c.id, runs.c.config)).all():
        kinds = {name: _kind(config, name) for name in ("model", "data")}
        connection.execute(sa.update(runs).where(runs.c.id == run_id).values(**kinds))


def _kind(config: str, group: str) -> str:
    """Empty where the settings of an old run cannot be read."""
    try:
        return str(json.loads(config)[group]["kind"])
    except (ValueError, KeyError, TypeError):
        return ""
