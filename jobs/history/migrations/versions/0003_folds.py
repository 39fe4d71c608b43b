"""Cross-validations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """What a run says of its folds."""
    fold = sa.Column("fold", sa.Integer, nullable=False, server_default="0")
    op.add_column("runs", fold)
    op.add_column("runs", sa.Column("deviations", sa.Text))
