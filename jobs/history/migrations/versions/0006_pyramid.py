"""Pyramids of curves. They are built by the recorder: of old runs as it finds the time."""

import sqlalchemy as sa
from alembic import op

from jobs.history.replays import forget

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Their table, what tells the chunks that are not in it, and every step recorded once."""
    op.add_column("chunks", sa.Column("summed", sa.Integer, nullable=False, server_default="0"))
    op.create_index(
        "open_chunks",
        "chunks",
        ["run", "metric"],
        sqlite_where=sa.text("summed = 0"),
        postgresql_where=sa.text("summed = 0"),
    )
    op.create_table(
        "pyramid",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("metric", sa.String(200), primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("first_step", sa.Integer, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("first_second", sa.Float(53), nullable=False),
        sa.Column("last_second", sa.Float(53), nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.Column("sizes", sa.LargeBinary, nullable=False),
        sa.Column("steps", sa.LargeBinary, nullable=False),
        sa.Column("seconds", sa.LargeBinary, nullable=False),
        sa.Column("readings", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )
    forget(op.get_bind())
