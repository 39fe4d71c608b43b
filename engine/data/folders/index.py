"""`images.parquet`: which entry of the archive is a sample, of what class and part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from engine.data.folders.facts import INDEX
from engine.data.raw import Labels


def write_index(folder: Path, places: Sequence[int], labels: Sequence[int]) -> None:
    """`places` are positions in the archive's list of entries, in the order of the samples."""
    columns = [pa.array(places, pa.int64()), pa.array(labels, pa.int64())]
    parquet.write_table(pa.table(columns, names=["place", "label"]), folder / INDEX)


def read_index(folder: Path) -> tuple[Labels, Labels]:
    """Positions in the archive's list of entries, and labels; int64 `(samples,)`."""
    table = parquet.read_table(folder / INDEX)
    place, label = (table.column(name).to_numpy() for name in ("place", "label"))
    return np.asarray(place, dtype=np.int64), np.asarray(label, dtype=np.int64)
