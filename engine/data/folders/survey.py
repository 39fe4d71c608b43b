"""Every image of an archive, decoded once: what it is, or why it is none."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.data.folders.archive import Archive, Damaged, Entry
from engine.data.folders.facts import Lost
from engine.data.folders.kinds import kind_of
from engine.data.folders.picture import Looked, Pixels, look
from engine.data.tables.facts import Refused, shown

SIDE = 64
"""of a thumbnail, in pixels"""
OF_A_FOLDER = 6
"""thumbnails"""
THUMBNAILS = 3_000
_SUFFIX = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    **dict.fromkeys((".png", ".apng"), "PNG"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **dict.fromkeys((".bmp", ".dib"), "BMP"),
    ".gif": "GIF",
    ".webp": "WEBP",
}


@dataclass(frozen=True)
class Seen:
    """An image that can be read. `place` is its position in the list of entries."""

    place: int
    path: tuple[str, ...]
    width: int
    height: int
    grey: bool
    content: bytes
    """a digest, to find the same image under another name"""


@dataclass
class Survey:
    """What was found so far."""

    seen: list[Seen] = field(default_factory=list)
    broken: list[Lost] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    conversions: Counter[str] = field(default_factory=Counter)
    misnamed: int = 0
    """images of another format than their names say"""
    thumbnails: dict[int, Pixels] = field(default_factory=dict)
    """by place; some of each folder"""
    _of_folder: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def see(self, place: int, entry: Entry, archive: Archive) -> None:
        """One entry. Raises Refused."""
        try:
            content = archive.read(entry)
            if kind_of(entry.name, content) == "stranger":
                self.strangers.append(entry.name)
                return
            found = look(entry.name, content, SIDE)
        except Damaged as error:
            self.broken.append(Lost(name=entry.name, why=str(error)))
            return
        digest = hashlib.sha256(content).digest()
        seen = Seen(place, entry.path, found.width, found.height, found.grey, digest)
        self.seen.append(seen)
        self._count(entry, found)
        self._show(seen, found)

    def _count(self, entry: Entry, found: Looked) -> None:
        self.formats[found.format] += 1
        self.conversions.update(found.conversions)
        promised = _SUFFIX.get(PurePosixPath(entry.path[-1]).suffix.lower())
        self.misnamed += promised is not None and promised != found.format

    def _show(self, seen: Seen, found: Looked) -> None:
        folder = seen.path[:-1]
        if self._of_folder[folder] < OF_A_FOLDER and len(self.thumbnails) < THUMBNAILS:
            self._of_folder[folder] += 1
            self.thumbnails[seen.place] = found.thumbnail

    def twins(self) -> list[list[Seen]]:
        """Images with the same bytes, together."""
        same = defaultdict(list)
        for each in self.seen:
            same[each.content].append(each)
        return [each for each in same.values() if len(each) > 1]


def survey(archive: Archive, progress: Callable[[float], None] | None) -> Survey:
    """Looks at all entries. Raises Refused where there is no image."""
    entries = archive.entries()
    packed = sum(entry.info.compress_size for entry in entries) or 1
    found, done = Survey(), 0
    for place, entry in enumerate(entries):
        found.see(place, entry, archive)
        done += entry.info.compress_size
        if progress is not None:
            progress(done / packed)
    if not found.seen:
        raise Refused(_no_image(found))
    return found


def _no_image(found: Survey) -> str:
    if found.broken:
        first = found.broken[0]
        return (
            f"None of the {len(found.broken):,} images in the archive can be read: "
            f"{shown(first.name, 80)}: {first.why}. Save them as JPEG or PNG."
        )
    has = f" (it has {shown(found.strangers[0], 80)})" if found.strangers else ""
    return (
        f"There is no image in this archive{has}. For images, zip a folder for each class; a table "
        "is given as it is, unpacked."
    )
