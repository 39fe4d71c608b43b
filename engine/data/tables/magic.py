"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from engine.data.tables.facts import Format, Refused

SEEN_BYTES = 65_536

# What people upload by mistake. A sentence, then what to do.
UNPACK = "unpack it and give the file inside"
EXPORT = "export it as CSV or Parquet"
STRANGERS: list[tuple[bytes, str, str]] = [
    (b"\x89PNG\r\n", "a PNG image", "as images, upload a zip of class folders"),
    (b"\xff\xd8\xff", "a JPEG image", "as images, upload a zip of class folders"),
    (b"GIF87a", "a GIF image", "as images, upload a zip of class folders"),
    (b"GIF89a", "a GIF image", "as images, upload a zip of class folders"),
    (b"II*\x00", "a TIFF image", "as images, upload a zip of class folders"),
    (b"MM\x00*", "a TIFF image", "as images, upload a zip of class folders"),
    (b"%PDF-", "a PDF document", "copy the table out of it into a spreadsheet and save that"),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"SQLite format 3\x00", "an SQLite database", "export the table you need as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file", "save it as .xlsx or CSV"),
    (b"\x89HDF\r\n", "an HDF5 file", EXPORT),
    (b"\x93NUMPY", "a NumPy array", EXPORT),
    (b"ARROW1\x00\x00", "an Arrow file", EXPORT),
    (b"FEA1", "a Feather file", EXPORT),
    (b"ORC", "an ORC file", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"$FL2", "an SPSS file", EXPORT),
    (b"<stata_dta>", "a Stata file", EXPORT),
    (b"RDX", "an R data file", EXPORT),
    (b"\x7fELF", "a program", "give a table"),
    (b"OggS", "an Ogg recording", "give a table"),
    (b"ID3", "an MP3 recording", "give a table"),
    (b"RIFF", "a RIFF file (sound, film or WebP image)", "give a table"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself", "run git lfs pull"),
]
# These also begin a text; then only a NUL byte among the first bytes tells them from one.
NEED_NUL = (b"ORC", b"FEA1", b"RDX", b"ID3", b"RIFF", b"OggS", b"BZh", b"$FL2")
PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95|c|\}|\]|\()")
WEB_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
XML = re.compile(rb"\s*<\?xml\b")
OBJECT = re.compile(rb'\s*\{\s*(?:"|\})')
LIST = re.compile(rb"\s*\[\s*\{")


def recognise(path: Path, file_name: str) -> Format:
    """The format of a table; anything else is refused by name."""
    with path.open("rb") as file:
        start = file.read(SEEN_BYTES)
    if not start:
        raise Refused("The file is empty (0 bytes). Was the upload or the export cut off?")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        return archive(path)
    refuse_strangers(start)
    text = start.removeprefix(b"\xef\xbb\xbf")
    if LIST.match(text):
        raise Refused(
            "This is one JSON list. Write it as JSON lines: one object a line, without the "
            "brackets and commas around them.",
            1,
        )
    # An object on the first line alone is what JSON lines look like; a text cell may begin with {.
    if OBJECT.match(text) and (b":" in text.split(b"\n", 1)[0] or named_json(file_name)):
        return "jsonl"
    return "jsonl" if named_json(file_name) else "csv"


def named_json(file_name: str) -> bool:
    """Whether the name promises JSON lines."""
    return file_name.lower().endswith((".jsonl", ".ndjson", ".json"))


def refuse_strangers(start: bytes) -> None:
    """Say what it is, and what to give instead."""
    for mark, what, remedy in STRANGERS:
        if start.startswith(mark) and (mark not in NEED_NUL or b"\0" in start):
            raise Refused(f"This is {what}, not a table: {remedy}.")
    if PICKLE.match(start):
        raise Refused(f"This is a Python pickle, which is never opened: {EXPORT}.")
    if WEB_PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Refused(
            "This is a web page (HTML), not a table. Often a download answered with an error or "
            "a login page: open it in a browser, then download the file itself.",
            1,
        )
    if XML.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Refused(f"This is an XML document, not a table: {EXPORT}.", 1)


def archive(path: Path) -> Format:
    """An Excel workbook is a zip; every other zip is named."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    # All that zipfile raises for damaged or foreign archives.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Refused(
            f"This begins like a zip archive or an Excel workbook but is damaged ({error}): "
            "download or save it again."
        ) from error
    if "xl/workbook.xml" in names or (
        "[Content_Types].xml" in names and any(name.startswith("xl/worksheets/") for name in names)
    ):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Refused("This is a binary Excel workbook (.xlsb): save it as .xlsx or CSV.")
    if "word/document.xml" in names:
        raise Refused("This is a Word document, not a table: save its table as CSV.")
    if "content.xml" in names and "mimetype" in names:
        raise Refused("This is an OpenDocument file: save it as .xlsx or CSV.")
    raise Refused(f"This is a zip archive, not a table: {UNPACK}.")
