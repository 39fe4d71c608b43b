"""What people are told of, and the outbox to their channels."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(26), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("code", sa.String(40), nullable=False, server_default=""),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("run", "key", name="notices_once"),
    )
    op.create_index("notices_by_time", "notices", ["time"])
    op.create_table(
        "deliveries",
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("notice", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("due", sa.Float(53), nullable=False),
        sa.Column("ended", sa.Float(53)),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], ondelete="CASCADE"),
    )
    op.create_index("deliveries_by_state", "deliveries", ["channel", "state", "due"])
