"""Whether a file is an archive of images, by its content."""

from __future__ import annotations

from pathlib import Path

from engine.data.folders.archive import opened
from engine.data.folders.directory import begins_like_zip
from engine.data.tables.facts import Refused

_OFFICE = {"[Content_Types].xml", "xl/workbook.xml", "xl/workbook.bin", "word/document.xml"}


def is_image_archive(path: Path, file_name: str) -> bool:
    """Any zip but an office document; a damaged one by its name."""
    if not begins_like_zip(path):
        return False
    try:
        with opened(path) as archive:
            names = {info.filename for info in archive.file.infolist()}
    except Refused:
        return file_name.lower().endswith(".zip")
    return not names & _OFFICE and not {"content.xml", "mimetype"} <= names
