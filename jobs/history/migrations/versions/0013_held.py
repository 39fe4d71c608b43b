"""What holds an attempt up that stands still: a full disk, a store that is away."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """A column of `attempts`; nothing is known of those that are there."""
    op.add_column("attempts", sa.Column("held", sa.Text, nullable=False, server_default=""))
