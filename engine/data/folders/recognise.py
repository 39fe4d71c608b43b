"""What a zip holds, by its content: images, texts in folders, or two texts line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from engine.data.folders.archive import Archive, Damaged, Entry, opened
from engine.data.folders.directory import begins_like_zip
from engine.data.folders.kinds import SUFFIXES, looks_read, unread
from engine.data.tables.facts import Refused

Held = Literal["", "images", "texts", "pairs"]

_OFFICE = {"[Content_Types].xml", "xl/workbook.xml", "xl/workbook.bin", "word/document.xml"}
TABLES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson", ".json")
"""of files that are given as they are, and not in a zip"""
LOOKED_AT = 50
SEEN_BYTES = 4_096
PER_IMAGE = 2
"""other files beside each image that are taken for what belongs to it, e.g. its marks"""


def held_by(path: Path, file_name: str) -> Held:
    """Empty where the file is no such zip: an office document, or none at all. What cannot be
    opened is told by who reads images.
    """
    if not begins_like_zip(path):
        return ""
    try:
        with opened(path) as archive:
            names = {info.filename for info in archive.file.infolist()}
            if names & _OFFICE or {"content.xml", "mimetype"} <= names:
                return ""
            return _held(archive)
    except Refused:
        return "images" if file_name.lower().endswith(".zip") else ""


def _held(archive: Archive) -> Held:
    entries = archive.entries()
    images = sum(entry.name.lower().endswith(SUFFIXES) for entry in entries)
    if images and PER_IMAGE * images >= len(entries) - images:
        return "images"
    found = [entry for entry in entries[:LOOKED_AT] if _is_text(archive, entry)]
    if not found:
        return "images"
    together = len({entry.path[:-1] for entry in entries}) == 1
    return "pairs" if together and len(entries) == len(found) == 2 else "texts"


def _is_text(archive: Archive, entry: Entry) -> bool:
    """By its first bytes; tables and pages are none that a class is learned from."""
    if entry.name.lower().endswith((*TABLES, *SUFFIXES)):
        return False
    try:
        start = archive.begin(entry, SEEN_BYTES)
    except Damaged:
        return False
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if looks_read(start) or unread(start) or start.startswith(b"%PDF"):
        return False
    return wide or b"\0" not in start
