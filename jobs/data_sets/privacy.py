"""Privacy at the door: columns that are not kept, and columns of which only hashes are."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.tables import Column as Facts
from engine.data.tables import TableFacts
from engine.saving.durable import sync, write_synced
from jobs.data_sets.data_set import DataSetError
from jobs.ids import new_id

DIGITS = 16
"""hexadecimal ones that are kept of a hash: two of a million values are the same once in 10 million
tables"""
NOTE = "hashed: equal values are still equal, what they were is not kept"


def salt_of(root: Path) -> bytes:
    """The secret of this Trainyard, made when it is first asked for; it never leaves the machine.

    Without one whoever has a hash could try all phone numbers there are.
    """
    path = root / "hash.salt"
    if not path.exists():
        mine = root / f".salt-{new_id()}"
        write_synced(mine, secrets.token_bytes(32))
        mine.chmod(0o600)
        try:
            # A link, unlike a rename, does not replace the one that another was quicker to make.
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
        sync(root)
    return path.read_bytes()


def hashed(text: str, salt: bytes) -> str:
    """SHA-256 keyed with the salt, its first 16 digits."""
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()[:DIGITS]


def check(names: Sequence[str], drop: Sequence[str], hash_: Sequence[str]) -> None:
    """Raises DataSetError where the columns of a table cannot be treated so."""
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    for name in (*drop, *hash_):
        if name not in names:
            raise DataSetError(f"There is no column {name!r}. The table has: {listed}.")
    if both := set(drop) & set(hash_):
        raise DataSetError(f"{min(both)!r} can be dropped or hashed, not both.")
    if set(names) <= set(drop):
        raise DataSetError("Nothing would be left of the table: keep at least one column.")


def protect(
    folder: Path, facts: TableFacts, drop: Sequence[str], hash_: Sequence[str], salt: bytes
) -> TableFacts:
    """Writes the table in `folder` anew, without the ones and with hashes for the others."""
    check([column.name for column in facts.columns], drop, hash_)
    columns = [
        _hashed_facts(column, salt) if column.name in hash_ else column
        for column in facts.columns
        if column.name not in drop
    ]
    # What would have been lost is told of the columns that are kept as they are, and of no other:
    # such a sentence quotes cells.
    losses = [loss for loss in facts.losses if loss.column not in (*drop, *hash_)]
    found = facts.model_copy(update={"columns": columns, "losses": losses})
    _rewrite(folder / "table.parquet", [each.name for each in columns], hash_, salt)
    (folder / "facts.json").write_text(found.model_dump_json())
    return found


def _hashed_facts(column: Facts, salt: bytes) -> Facts:
    examples = [hashed(each, salt) for each in column.examples]
    return column.model_copy(update={"kind": "text", "examples": examples, "note": NOTE})


def _rewrite(path: Path, names: Sequence[str], hash_: Sequence[str], salt: bytes) -> None:
    new = path.with_suffix(".protected")
    with pq.ParquetFile(path) as source:
        kinds = [
            (n, pa.string() if n in hash_ else source.schema_arrow.field(n).type) for n in names
        ]
        with pq.ParquetWriter(new, pa.schema(kinds), compression="zstd") as writer:
            for batch in source.iter_batches():
                cells = [batch.column(batch.schema.get_field_index(name)) for name in names]
                kept = [
                    _hash_cells(each, salt) if name in hash_ else each
                    for name, each in zip(names, cells, strict=True)
                ]
                writer.write_batch(pa.record_batch(kept, schema=pa.schema(kinds)))
    os.replace(new, path)


def _hash_cells(cells: Any, salt: bytes) -> Any:
    encoded = cells.cast(pa.string()).dictionary_encode()
    words = pa.array([hashed(each, salt) for each in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)
