"""The tables of the history database, in SQL that SQLite and PostgreSQL share.

A change here needs a new file in `migrations/versions` and its number in `REVISION`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from jobs.history.schema_curves import CHUNKS as CHUNKS
from jobs.history.schema_curves import HEADS as HEADS
from jobs.history.schema_curves import METADATA as METADATA
from jobs.history.schema_curves import OPEN as OPEN
from jobs.history.schema_curves import PYRAMID as PYRAMID

REVISION = "0013"
"""the newest migration; a database that knows a later one is refused"""

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("created", Float(53), nullable=False),
    Column("desired", String(8), nullable=False),
    Column("origin", String(26)),
    Column("launch_key", String(200), unique=True),
    # What the recorder folded out of the events, so that a list of runs is one query.
    Column("task", String(20)),
    Column("parameters", BigInteger),
    Column("total_steps", Integer),
    Column("epochs", Integer),
    Column("step", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("best_metric", Text),
    Column("best_value", Float(53)),
    Column("test", Text),
    Column("diverged_step", Integer),
    # Of a cross-validation: the fold that trains, and how far the tests of its folds lie apart.
    Column("fold", Integer, nullable=False, server_default="0"),
    Column("deviations", Text),
    # `script`: a person's own, whose `config` is a `Script` and no `RunConfig`.
    Column("source", String(10), nullable=False, server_default="trainyard"),
    # Kinds of model and data, out of the settings, so that a list can be filtered in SQL.
    Column("model", Text, nullable=False, server_default=""),
    Column("data", Text, nullable=False, server_default=""),
    # What people made of the run: times in unix seconds, none while it is not so.
    Column("notes", Text, nullable=False, server_default=""),
    Column("pinned", Float(53)),
    Column("archived", Float(53)),
    # A deleted run: from this moment on the recorder removes it for good; until then it can be had
    # back.
    Column("removal", Float(53)),
    # Of a run that began from a checkpoint of another one: which run, after how many steps.
    Column("fork_of", String(26)),
    Column("fork_step", Integer),
    Index("runs_by_fork", "fork_of", "id"),
    # The queue: the higher priority first, then the smaller place (none: `created`), then the id.
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("place", Float(53)),
    # How many it needs at once, out of the settings.
    Column("devices", Integer, nullable=False, server_default="1"),
    # Ends of attempts up to this one count no more: somebody asked for another attempt.
    Column("retried", Integer, nullable=False, server_default="0"),
    # All that a list is filtered and counted by: without it ten thousand settings would be read.
    Index("runs_by_place", "removal", "archived", "pinned", "model", "data", "id"),
)

TAGS = Table(
    "tags",
    METADATA,
    # A row each, so that two people who tag at the same moment lose nothing of each other's.
    Column("run", String(26), primary_key=True),
    Column("tag", String(80), primary_key=True),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    Index("tags_by_tag", "tag"),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("run", String(26), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("worker", Text, nullable=False, server_default=""),
    Column("machine", Text, nullable=False, server_default=""),
    Column("device", Text, nullable=False, server_default=""),
    Column("device_name", Text, nullable=False, server_default=""),
    Column("claimed", Float(53)),
    Column("started", Float(53)),
    Column("ended", Float(53)),
    Column("reason", String(20)),
    Column("cause", Text, nullable=False, server_default=""),
    Column("resumed", String(20), nullable=False, server_default=""),
    Column("resume_note", Text, nullable=False, server_default=""),
    Column("resume_step", Integer, nullable=False, server_default="0"),
    Column("last_step", Integer, nullable=False, server_default="0"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    # What holds it up, in a sentence; empty while it goes on.
    Column("held", Text, nullable=False, server_default=""),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

RECORDS = Table(
    "records",
    METADATA,
    Column("run", String(26), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("step", Integer, nullable=False),
    Column("time", Float(53), nullable=False),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    Index("records_by_kind", "run", "kind", "attempt", "seq"),
)

EVALUATIONS = Table(
    "evaluations",
    METADATA,
    # The newest of each split, whole. In `records` they stand without what only pictures need:
    # a curve of ten thousand epochs would otherwise bring ten thousand confusion matrices.
    Column("run", String(26), primary_key=True),
    Column("split", String(10), primary_key=True),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

MOMENTS = Table(
    "moments",
    METADATA,
    # Samples at few of a run's validations (`jobs/recording/moments.py`).
    Column("run", String(26), primary_key=True),
    Column("fold", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("bytes", Integer, nullable=False),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

COMMANDS = Table(
    "commands",
    METADATA,
    Column("run", String(26), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("op", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("created", Float(53), nullable=False),
    Column("step", Integer),  # of the event that answers it
    Column("note", Text, nullable=False, server_default=""),  # what the answer says beside that
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
)

DATA_SETS = Table(
    "data_sets",
    METADATA,
    Column("id", String(26), primary_key=True),
    # Any text of people: never a path, and not the key, so that it can change.
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created", Float(53), nullable=False),
    # As in the folder's facts, so that a list of data sets is one query; of images `rows` are how
    # many, `columns` their classes; of a corpus lines and characters; of pairs how many, and 2.
    Column("format", String(10), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("dropped", Text, nullable=False, server_default="[]"),
    Column("hashed", Text, nullable=False, server_default="[]"),
    UniqueConstraint("name", "version", name="data_set_versions"),
    Index("data_sets_by_digest", "digest"),
)

NOTICES = Table(
    "notices",
    METADATA,
    # What people may want to be told of: alerts, ends, losses. `key` says what is the same notice:
    # what a resumed run tells again is stored once.
    Column("id", Integer, primary_key=True),
    Column("run", String(26), nullable=False),
    Column("key", String(80), nullable=False),
    Column("event", String(20), nullable=False),
    Column("level", String(8), nullable=False),
    Column("code", String(40), nullable=False, server_default=""),
    Column("step", Integer, nullable=False),
    Column("time", Float(53), nullable=False),
    Column("message", Text, nullable=False),
    ForeignKeyConstraint(["run"], ["runs.id"], ondelete="CASCADE"),
    UniqueConstraint("run", "key", name="notices_once"),
    Index("notices_by_time", "time"),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    # The outbox: a notice on its way to a channel (`jobs/notify/`).
    Column("channel", String(40), primary_key=True),
    Column("notice", Integer, primary_key=True, autoincrement=False),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created", Float(53), nullable=False),
    Column("due", Float(53), nullable=False),
    Column("ended", Float(53)),
    Column("error", Text, nullable=False, server_default=""),
    ForeignKeyConstraint(["notice"], ["notices.id"], ondelete="CASCADE"),
    Index("deliveries_by_state", "channel", "state", "due"),
)
