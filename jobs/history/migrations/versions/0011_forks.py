"""Runs that begin from a checkpoint of another one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Which run, after how many steps; and all forks of a run at once."""
    op.add_column("runs", sa.Column("fork_of", sa.String(26)))
    op.add_column("runs", sa.Column("fork_step", sa.Integer))
    op.create_index("runs_by_fork", "runs", ["fork_of", "id"])
