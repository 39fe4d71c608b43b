"""From the paths of images, or of texts, to their classes and parts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.data.tables.facts import Refused, several, shown

Path = tuple[str, ...]
PART_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
MOST_CLASSES = 2_000


@dataclass(frozen=True)
class Place:
    """Where an image or a text belongs; `part` is empty where the archive does not divide."""

    name: str
    part: str = ""


@dataclass(frozen=True)
class Layout:
    """`places` of all in order; None for one that lies in no class."""

    places: list[Place | None]
    notes: list[str] = field(default_factory=list)


def layout(paths: Sequence[Path], noun: str = "image") -> Layout:
    """`noun`: what lies at the paths. Raises Refused where the folders are no classes."""
    left, notes = _without_common(paths, noun)
    divided = _divided(left, noun)
    places = [_place(path, divided=divided) for path in left]
    deeper = sum(len(path) > (3 if divided else 2) for path in left)
    if deeper:
        notes.append(
            f"{several(deeper, noun)} in folders below those of the classes: "
            f"{'counts' if deeper == 1 else 'count'} to the class above"
        )
    names = sorted({place.name for place in places if place})
    _check_classes(names, places, noun)
    if divided:
        _check_training(names, places, noun)
    return Layout(places, notes)


def _without_common(paths: Sequence[Path], noun: str) -> tuple[list[Path], list[str]]:
    """Without folders that all share, as long as folders are left."""
    left, notes = list(paths), []
    while len({path[0] for path in left}) == 1 and any(len(path) > 2 for path in left):
        notes.append(f"all {noun}s lie in the folder {shown(left[0][0])}, which is passed over")
        left = [path[1:] for path in left]
    return left, notes


def _divided(paths: Sequence[Path], noun: str) -> bool:
    """Whether the first folders are parts. Refuses where some are and some are not."""
    deep = {path[0] for path in paths if len(path) > 2}
    parts = {name for name in deep if name.lower() in PART_FOLDERS}
    found = {PART_FOLDERS[name.lower()] for name in parts}
    if "train" not in found or len(found) < 2:
        return False
    strangers = sorted({path[0] for path in paths if len(path) > 1} - parts)
    strangers = [name for name in strangers if name.lower() not in PART_FOLDERS]
    if strangers:
        raise Refused(
            f"Beside {' and '.join(f'{name}/' for name in sorted(parts))} there is the folder "
            f"{shown(strangers[0])} with {noun}s. Put them into one of these, or take it out."
        )
    return True


def _place(path: Path, *, divided: bool) -> Place | None:
    if divided:
        part = PART_FOLDERS.get(path[0].lower(), "")
        return Place(_class(path[1]), part) if len(path) > 2 else None
    return Place(_class(path[0])) if len(path) > 1 else None


def _class(folder: str) -> str:
    """Letters with marks are one letter, however the system writes them."""
    return unicodedata.normalize("NFC", folder)


def _check_classes(names: Sequence[str], places: Sequence[Place | None], noun: str) -> None:
    if not names:
        raise Refused(
            f"The {several(len(places), noun)} lie in no folder, so their classes are not "
            "known. Put them into folders, one for each class, and zip these."
        )
    if len(names) == 1:
        raise Refused(
            f"All {noun}s lie in the folder {shown(names[0])}: with one class there is nothing to "
            "tell apart. Add a folder for each other class."
        )
    if len(names) > MOST_CLASSES:
        raise Refused(
            f"There are {len(names):,} folders of {noun}s; at most {MOST_CLASSES:,} classes are "
            f"learned. Is each {noun} in a folder of its own? Put those of a class together."
        )


def _check_training(names: Sequence[str], places: Sequence[Place | None], noun: str) -> None:
    trained = {place.name for place in places if place and place.part == "train"}
    for name in names:
        if name not in trained:
            raise Refused(
                f"The class {shown(name)} has no {noun} in the training folder. Add some there, or "
                "take the class out of the other folders."
            )
