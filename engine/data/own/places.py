"""Where data sets of one's own lie, whatever they are made of."""

from __future__ import annotations

import re
from pathlib import Path

from engine.data.cache import cache_folder
from engine.data.tables.facts import FACTS
from engine.data.tables.place import own_data_folder

DIGEST = re.compile(r"[0-9a-f]{16,64}")

FETCHED = "fetched"
"""folder of the cache: what came from another machine"""


def folder_of(digest: str, taken_in: str) -> tuple[Path, int] | None:
    """The folder of that digest and when its facts were written; None without one.

    `taken_in`: folder of the cache to look in as well. Only a digest is looked for: the name may
    have been typed into a page.
    """
    if not DIGEST.fullmatch(digest):
        return None
    for place in (own_data_folder(), cache_folder() / taken_in, cache_folder() / FETCHED):
        try:
            stamp = (place / digest / FACTS).stat().st_mtime_ns
        except OSError:
            continue
        return place / digest, stamp
    return None


def digests() -> list[str]:
    """Of all data sets that are kept on this machine."""
    try:
        return [each.name for each in own_data_folder().iterdir() if DIGEST.fullmatch(each.name)]
    except OSError:
        return []
