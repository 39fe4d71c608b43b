"""What an entry is, by its first bytes and its name."""

from __future__ import annotations

from typing import Literal

from engine.data.tables.facts import Refused, shown

ARCHIVES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"BZh": "bzip2",
}
READ = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
UNREAD = {
    b"ftypheic": "HEIC",
    b"ftypheix": "HEIC",
    b"ftypmif1": "HEIC",
    b"ftypavif": "AVIF",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"8BPS": "Photoshop",
}
SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".webp"),
    *(".tif", ".tiff", ".heic", ".avif", ".jp2"),
)
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
"""what Pillow may take bytes for; others of its readers start programs or have no limits"""

Kind = Literal["image", "stranger"]


def kind_of(name: str, content: bytes) -> Kind:
    """An image, also a broken one, or something else. Refuses an archive in the archive."""
    refuse_archive(name, content)
    promised = name.lower().endswith(SUFFIXES)
    return "image" if promised or looks_read(content) or unread(content) else "stranger"


def refuse_archive(name: str, content: bytes) -> None:
    """An archive in the archive is never unpacked."""
    found = next((what for mark, what in ARCHIVES.items() if content.startswith(mark)), "")
    if content[257:262] == b"ustar":
        found = "tar"
    if found:
        raise Refused(
            f"The entry {shown(name, 80)} is an archive in the archive ({found}). Unpack it, and "
            "zip the files it has."
        )


def looks_read(content: bytes) -> bool:
    """Whether it begins as one of the formats that are read."""
    bitmap = content.startswith(b"BM") and content[6:10] == b"\0\0\0\0"
    return content.startswith(READ) or bitmap or content[:4] + content[8:12] == b"RIFFWEBP"


def unread(content: bytes) -> str:
    """The name of an image format that is known and not read; empty for others."""
    begins = (content[4:12], content[:12])
    found = (name for mark, name in UNREAD.items() if any(each.startswith(mark) for each in begins))
    return next(found, "")
