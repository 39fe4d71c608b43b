"""Where rows of pyramids begin and end, and open chunks in order, without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Creates the indexes."""
    op.drop_index("open_chunks", "chunks")
    op.create_index(
        "open_chunks",
        "chunks",
        ["run", "metric", "attempt", "first_seq"],
        sqlite_where=sa.text("summed = 0"),
        postgresql_where=sa.text("summed = 0"),
    )
    columns = ["run", "level", "metric", "block", "chunks", "points"]
    columns += ["first_step", "last_step", "first_second", "last_second"]
    op.create_index(
        "pyramid_heads",
        "pyramid",
        columns,
        sqlite_where=sa.text("level = 2"),
        postgresql_where=sa.text("level = 2"),
    )
