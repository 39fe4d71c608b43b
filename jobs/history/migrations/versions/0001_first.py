"""The first tables. Written out, not taken from `schema.py`, which moves on."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates everything."""
    _runs()
    _attempts()
    _chunks()
    _records()
    _evaluations()


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("desired", sa.String(8), nullable=False),
        sa.Column("origin", sa.String(26)),
        sa.Column("launch_key", sa.String(200), unique=True),
        sa.Column("task", sa.String(20)),
        sa.Column("parameters", sa.BigInteger),
        sa.Column("total_steps", sa.Integer),
        sa.Column("epochs", sa.Integer),
        sa.Column("step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("best_metric", sa.Text),
        sa.Column("best_value", sa.Float(53)),
        sa.Column("test", sa.Text),
        sa.Column("diverged_step", sa.Integer),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("worker", sa.Text, nullable=False, server_default=""),
        sa.Column("machine", sa.Text, nullable=False, server_default=""),
        sa.Column("device", sa.Text, nullable=False, server_default=""),
        sa.Column("device_name", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed", sa.Float(53)),
        sa.Column("started", sa.Float(53)),
        sa.Column("ended", sa.Float(53)),
        sa.Column("reason", sa.String(20)),
        sa.Column("cause", sa.Text, nullable=False, server_default=""),
        sa.Column("resumed", sa.String(20), nullable=False, server_default=""),
        sa.Column("resume_note", sa.Text, nullable=False, server_default=""),
        sa.Column("resume_step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )


def _chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("metric", sa.String(200), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first_seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_step", sa.Integer, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("minimum", sa.Float(53)),
        sa.Column("maximum", sa.Float(53)),
        sa.Column("steps", sa.LargeBinary, nullable=False),
        sa.Column("seconds", sa.LargeBinary, nullable=False),
        sa.Column("readings", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )
    op.create_index("records_by_kind", "records", ["run", "kind", "attempt", "seq"])


def _evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("run", sa.String(26), primary_key=True),
        sa.Column("split", sa.String(10), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    )
