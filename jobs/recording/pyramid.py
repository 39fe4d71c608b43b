"""Builds the pyramids of curves out of their chunks, in the transaction that stores the points."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, or_, select, tuple_, update

from jobs.history.levels import LEVELS, Block, Tower, block_chunks
from jobs.history.points import Points
from jobs.history.schema import CHUNKS, OPEN, PYRAMID
from jobs.recording.upsert import upsert

MOST_CHUNKS = 400
"""at most so many at a time: 200,000 points take about 0.1 s"""


def sum_up(connection: Connection, run_id: str, metric: str, most: int = MOST_CHUNKS) -> int:
    """Takes the full chunks of a curve into its pyramid; how many they were.

    Every chunk but the newest is full: it will not change any more. What is in the pyramid says so
    itself, so this may be broken off and begun again at any time.
    """
    here = (CHUNKS.c.run == run_id) & (CHUNKS.c.metric == metric)
    query = select(
        CHUNKS.c.attempt, CHUNKS.c.first_seq, CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings
    ).where(here, OPEN)
    rows = connection.execute(
        query.order_by(CHUNKS.c.attempt, CHUNKS.c.first_seq).limit(most + 1)
    ).all()[:-1]
    if not rows:
        return 0
    tower = _tower(connection, run_id, metric)
    for row in rows:
        points = Points.unpack(row.steps, row.seconds, row.readings)
        tower.add((row.attempt, row.first_seq), points)
    upsert(connection, PYRAMID, [block.row(run_id, metric) for block in tower.changed])
    taken = tuple_(CHUNKS.c.attempt, CHUNKS.c.first_seq) <= (rows[-1].attempt, rows[-1].first_seq)
    connection.execute(update(CHUNKS).where(here, OPEN, taken).values(summed=1))
    return len(rows)


def backlog(connection: Connection) -> tuple[str, str] | None:
    """A run and a metric with full chunks that its pyramid does not stand for; None: there is none.

    An earlier Trainyard wrote them, which kept no pyramids.
    """
    query = select(CHUNKS.c.run, CHUNKS.c.metric).where(OPEN)
    many = query.group_by(CHUNKS.c.run, CHUNKS.c.metric).having(func.count() > 1).limit(1)
    row = connection.execute(many).first()
    return None if row is None else (row.run, row.metric)


def _tower(connection: Connection, run_id: str, metric: str) -> Tower:
    here = (PYRAMID.c.run == run_id) & (PYRAMID.c.metric == metric)
    newest = select(PYRAMID.c.block, PYRAMID.c.chunks).where(here, PYRAMID.c.level == 2)
    row = connection.execute(newest.order_by(PYRAMID.c.block.desc()).limit(1)).first()
    if row is None:
        return Tower(0, [])
    chunks = row.block * block_chunks(2) + row.chunks
    # The last row of each level: also a full one, whose buckets the next level is made of.
    places = [
        and_(PYRAMID.c.level == level, PYRAMID.c.block == (chunks - 1) // block_chunks(level))
        for level in LEVELS
    ]
    found = connection.execute(select(PYRAMID).where(here, or_(*places))).mappings()
    return Tower(chunks, [Block.of(each) for each in found])
