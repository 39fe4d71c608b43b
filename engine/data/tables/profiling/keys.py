"""Cells as 64-bit keys: equal cells have equal keys, whatever their kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

MISSING = np.uint64(0x9E3779B97F4A7C15)
"""of a missing cell in a row; any number that no short text or small integer has"""
REPEATED = 0.5
"""below this share of different texts in a batch each one is hashed once"""


def keys_of(cells: Any) -> Keys:
    """A key for each cell. That of a missing one means nothing: ask `cells.is_valid()`.

    Python's own hash of texts changes from process to process: keys are not to be kept. Two
    different texts of 20 million have the same key once in 100,000 tables.
    """
    kind = cells.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _of_texts(cells)
    if pa.types.is_boolean(kind):
        return _values(cells.cast(pa.int8())).astype(np.uint64)
    if pa.types.is_floating(kind):
        # 0.0 and -0.0 are equal and have different bits.
        return (_values(cells) + 0.0).view(np.uint64)
    return _values(cells.cast(pa.int64())).view(np.uint64)


def mixed(rows: Keys, column: Keys) -> Keys:
    """The keys of rows, with those of one more column in them; the order of columns counts."""
    with np.errstate(over="ignore"):
        return scattered(rows * np.uint64(31) + scattered(column))


def scattered(keys: Keys) -> Keys:
    """Keys whose bits all depend on all bits: small integers differ in the last ones only."""
    with np.errstate(over="ignore"):
        keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        return keys ^ (keys >> np.uint64(33))


def row_keys(batch: pa.RecordBatch) -> Keys:
    """A key for each row of the batch."""
    rows = np.zeros(batch.num_rows, dtype=np.uint64)
    for cells in batch.columns:
        keys = keys_of(cells)
        keys[np.asarray(cells.is_null())] = MISSING
        rows = mixed(rows, keys)
    return rows


def _values(cells: Any) -> NDArray[Any]:
    filled = pc.fill_null(cells, 0) if cells.null_count else cells
    return np.array(filled.to_numpy(zero_copy_only=False))


def _of_texts(cells: Any) -> Keys:
    if len(cells) == 0:
        return np.zeros(0, dtype=np.uint64)
    sample = cells.slice(0, 1_000)
    if pc.count_distinct(sample).as_py() < REPEATED * len(sample):
        encoded = cells.dictionary_encode()
        places = np.array(encoded.indices.fill_null(0).to_numpy(zero_copy_only=False))
        words = _hashed(encoded.dictionary)
        return words[places] if len(words) else np.zeros(len(cells), dtype=np.uint64)
    return _hashed(cells)


def _hashed(texts: Any) -> Keys:
    found = np.fromiter(map(hash, texts.to_pylist()), dtype=np.int64, count=len(texts))
    return found.view(np.uint64)
