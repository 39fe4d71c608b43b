"""The tables of points, see `schema.py`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    literal_column,
)

METADATA = MetaData()

CHUNKS = Table(
    "chunks",
    METADATA,
    Column("run", String(26), primary_key=True),
    Column("metric", String(200), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("first_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("first_step", Integer, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("minimum", Float(53)),
    Column("maximum", Float(53)),
    Column("steps", LargeBinary, nullable=False),
    Column("seconds", LargeBinary, nullable=False),
    Column("readings", LargeBinary, nullable=False),
    # Whether the pyramid stands for it. What it does not is read as it is: always the newest chunk
    # of a curve, and what an earlier Trainyard wrote until the recorder has come to it.
    Column("summed", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

# Not bound values: SQLite takes an index of some rows only where it sees that these are meant.
OPEN = CHUNKS.c.summed == literal_column("0")
Index(
    "open_chunks",
    # In the order in which they are read: SQLite would else take the one of all chunks.
    *(CHUNKS.c[name] for name in ("run", "metric", "attempt", "first_seq")),
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

PYRAMID = Table(
    "pyramid",
    METADATA,
    # See `levels.py`. What is asked of many rows stands before the bytes.
    Column("run", String(26), primary_key=True),
    Column("metric", String(200), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("chunks", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("first_step", Integer, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("first_second", Float(53), nullable=False),
    Column("last_second", Float(53), nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("sizes", LargeBinary, nullable=False),
    Column("steps", LargeBinary, nullable=False),
    Column("seconds", LargeBinary, nullable=False),
    Column("readings", LargeBinary, nullable=False),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

HEADS = PYRAMID.c.level == literal_column("2")
# Ten million points have 300 such rows of 5 kB each; where they begin and end stands here alone.
Index(
    "pyramid_heads",
    *(PYRAMID.c[name] for name in ("run", "level", "metric", "block", "chunks", "points")),
    *(PYRAMID.c[name] for name in ("first_step", "last_step", "first_second", "last_second")),
    sqlite_where=HEADS,
    postgresql_where=HEADS,
)
