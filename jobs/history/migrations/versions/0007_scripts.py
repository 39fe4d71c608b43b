"""Runs of people's own scripts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Whose run it is."""
    source = sa.Column("source", sa.String(10), nullable=False, server_default="trainyard")
    op.add_column("runs", source)
