"""What people ask of a run while it trains."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Commands, until now only on the run's stream in Redis."""
    op.create_table(
        "commands",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("op", sa.String(10), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("step", sa.Integer),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )
