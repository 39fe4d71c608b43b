"""Small files that stand for enormous tables: refused, or read a piece at a time."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data.tables import Refused
from engine.data.tables.parquet import PIECE_BYTES, pieces
from tests.engine.tables.reading import reading
from tests.engine.tables.test_said import HEADER, parquet, workbook


def test_a_workbook_that_is_a_zip_bomb_is_refused() -> None:
    content = workbook(HEADER + " " * 100_000_000)
    assert len(content) < 200_000
    with pytest.raises(Refused, match=r"first.xml unpacks to more than .* as a zip bomb does"):
        reading(content, "people.xlsx")


def test_a_long_text_said_a_thousand_times_is_refused() -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), ["x" * 1_000_000])
    content = parquet(a=texts)
    assert len(content) < 2_000_000
    with pytest.raises(Refused, match="as a bomb does"):
        reading(content, "a.parquet")


def test_rows_that_take_no_room_are_refused() -> None:
    held = io.BytesIO()
    with pq.ParquetWriter(held, pa.schema([("a", pa.int64())]), compression="zstd") as writer:
        for _ in range(2):
            writer.write_table(pa.table({"a": pa.repeat(pa.scalar(7), 100_000_000)}))
    assert len(held.getvalue()) < 1_000_000
    with pytest.raises(Refused, match="becomes 1,600,000,000 bytes or more"):
        reading(held.getvalue(), "a.parquet")


def test_repeated_texts_come_in_pieces_and_whole() -> None:
    texts = ["x" * 9_000_000, None, "y"] * 10
    encoded = pa.array(texts).dictionary_encode()
    batch = pa.record_batch({"a": encoded, "b": pa.array(range(30))})
    found = list(pieces(batch))
    assert len(found) > 2
    assert max(size for _, size in found) <= PIECE_BYTES + 9_000_000
    assert [n for piece, _ in found for n in piece.column("b").to_pylist()] == list(range(30))
    assert reading(parquet(a=encoded), "a.parquet").values == {"a": texts}
