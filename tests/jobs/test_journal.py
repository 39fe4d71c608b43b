"""The journal: what was written is read back, and damage at the end costs only the end."""

from __future__ import annotations

from pathlib import Path

import msgpack
import pytest

from jobs.wire.journal import HEADER, Entry, Journal, latest_attempt, path_of, read


def entries(first: int, last: int) -> list[Entry]:
    return [Entry(seq, msgpack.packb({"step": seq})) for seq in range(first, last + 1)]


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1)
    journal.append(entries(1, 3))
    journal.append(entries(4, 5))
    assert [entry.to_dict() for entry in journal.read(after=2)] == [{"step": s} for s in (3, 4, 5)]
    journal.close()


def test_every_torn_tail_keeps_the_entries_before_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1)
    journal.append(entries(1, 4))
    journal.close()
    whole = journal.path.read_bytes()
    size = len(whole) // 4
    for cut in range(len(whole)):
        journal.path.write_bytes(whole[:cut])
        again = Journal(tmp_path, 1)
        assert again.last_seq == cut // size
        again.append(entries(again.last_seq + 1, 5))
        assert [entry.seq for entry in again.read(after=0)] == [1, 2, 3, 4, 5]
        again.close()


@pytest.mark.parametrize("position", range(HEADER.size + 7))
def test_a_flipped_bit_is_noticed(tmp_path: Path, position: int) -> None:
    journal = Journal(tmp_path, 1)
    journal.append(entries(1, 3))
    journal.close()
    content = bytearray(journal.path.read_bytes())
    content[len(content) // 3 + position] ^= 1
    journal.path.write_bytes(content)
    assert [entry.seq for entry in read(path_of(tmp_path, 1))] == [1]


def test_latest_attempt(tmp_path: Path) -> None:
    assert latest_attempt(tmp_path) == 0
    for attempt in (2, 10):
        Journal(tmp_path, attempt).close()
    assert latest_attempt(tmp_path) == 10
