"""Which file of a data set on the Hugging Face hub is meant."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from jobs.data_sets.remote.place import OfHub
from jobs.data_sets.remote.trouble import NotFetched

MOST_LISTING_BYTES = 4 << 20
SUFFIXES = frozenset((".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".ndjson", ".zip"))
SHOWN = 12


def only_file(data_set: OfHub, listing: bytes) -> str:
    """The one file that can be read, of those listed. Raises NotFetched: none, or several."""
    files = _files(listing)
    able = [file for file in files if PurePosixPath(file).suffix.lower() in SUFFIXES]
    if len(able) == 1:
        return able[0]
    if not able:
        has = ", ".join(files[:SHOWN]) or "no file"
        raise NotFetched(
            f"hf://{data_set.name} has no table and no zip that can be read here (it has {has})."
        )
    listed = ", ".join(f"hf://{data_set.name}/{file}" for file in able[:SHOWN])
    more = f", and {len(able) - SHOWN:,} more" if len(able) > SHOWN else ""
    raise NotFetched(f"{data_set.name} has {len(able):,} files. Name one of them: {listed}{more}.")


def _files(listing: bytes) -> list[str]:
    try:
        found = json.loads(listing)
        return sorted(str(each["path"]) for each in found if each["type"] == "file")
    except (ValueError, TypeError, KeyError) as error:
        raise NotFetched(
            "What Hugging Face answered is no list of files. Name the file itself, as "
            "hf://owner/name/file.csv."
        ) from error
