"""Fills what a stream lost before it was stored with the attempt's journal, where it is at hand."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgpack

from jobs.events import RECORD
from jobs.history.records import Position
from jobs.recording.store import Heard
from jobs.wire.journal import path_of, read

LOG = logging.getLogger(__name__)


def fill(folder: Path, position: Position, heard: Sequence[Heard]) -> list[Heard]:
    """`heard`, with the events between it and `position`, and between its own, put in.

    A stream is cut at 50,000 entries even when no recorder reads it; the journal in the run's
    `folder` has everything, on the machine that trained or on a shared disk.
    """
    whole: list[Heard] = []
    attempt, seq = position
    for each in heard:
        if each.attempt != attempt:
            attempt, seq = each.attempt, 0
        if each.seq > seq + 1:
            whole += _missing(path_of(folder, attempt), attempt, seq, each.seq)
        whole.append(each)
        seq = max(seq, each.seq)
    return whole


def _missing(journal: Path, attempt: int, after: int, before: int) -> Iterator[Heard]:
    LOG.warning("Events %d to %d are read from %s", after + 1, before - 1, journal)
    if not journal.exists():
        return
    for entry in read(journal, after):
        if entry.seq >= before:
            return
        yield Heard(attempt, entry.seq, RECORD.validate_python(msgpack.unpackb(entry.body)))
