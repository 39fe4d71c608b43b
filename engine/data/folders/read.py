"""From an archive to its facts: every image decoded once, then sorted into classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.folders.archive import opened
from engine.data.folders.facts import (
    INDEX,
    MOST_NAMED,
    PARTS,
    THUMBNAILS,
    FolderClass,
    ImageFacts,
    Lost,
)
from engine.data.folders.index import write_index
from engine.data.folders.layout import Place, layout
from engine.data.folders.picture import TOLD
from engine.data.folders.survey import Seen, Survey, survey
from engine.data.tables.facts import FACTS, several

Progress = Callable[[float], None] | None
NO_FOLDER = "it lies in no folder of a class"


@dataclass(frozen=True)
class Sample:
    """An image that is kept, and where it belongs."""

    seen: Seen
    place: Place


def read(path: Path, into: Path, progress: Progress) -> ImageFacts:
    """What `read_images` does."""
    try:
        with opened(path) as archive:
            found = survey(archive, progress)
        arranged = layout([each.path for each in found.seen])
        pairs = zip(found.seen, arranged.places, strict=True)
        samples = sorted((Sample(seen, place) for seen, place in pairs if place), key=_order)
        facts = _facts(found, samples, arranged.notes)
        _write(into, facts, samples, found)
    except BaseException:
        # Nothing half-made stays in the caller's folder, whatever happened.
        for name in (INDEX, THUMBNAILS, FACTS):
            (into / name).unlink(missing_ok=True)
        raise
    return facts


def _order(sample: Sample) -> tuple[int, str, tuple[str, ...]]:
    """By part, class and name: the archive's own order says nothing."""
    part = PARTS.index(sample.place.part) if sample.place.part else 0
    return part, sample.place.name, sample.seen.path


def _facts(found: Survey, samples: list[Sample], notes: list[str]) -> ImageFacts:
    kept = {sample.seen.place for sample in samples}
    strays = [
        Lost(name="/".join(each.path), why=NO_FOLDER)
        for each in found.seen
        if each.place not in kept
    ]
    lost = [*found.broken, *strays]
    sizes = Counter((sample.seen.width, sample.seen.height) for sample in samples)
    commonest, times = min(sizes.items(), key=lambda each: (-each[1], each[0]))
    by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    return ImageFacts(
        images=len(samples),
        classes=list(_classes(samples)),
        parts=_parts(samples),
        smallest=by_area[0],
        largest=by_area[-1],
        commonest=commonest,
        commonest_images=times,
        grey=sum(sample.seen.grey for sample in samples),
        formats=dict(found.formats.most_common()),
        lost=lost[:MOST_NAMED],
        lost_images=len(lost),
        strangers=found.strangers[:MOST_NAMED],
        stranger_files=len(found.strangers),
        notes=[*notes, *_notes(found, samples)],
    )


def _classes(samples: list[Sample]) -> Iterator[FolderClass]:
    counts = Counter((sample.place.name, sample.place.part) for sample in samples)
    for name in sorted({sample.place.name for sample in samples}):
        parts = {part: counts[name, part] for part in PARTS if counts[name, part]}
        yield FolderClass(name=name, images=counts[name, ""] + sum(parts.values()), parts=parts)


def _parts(samples: list[Sample]) -> dict[str, int]:
    counts = Counter(sample.place.part for sample in samples)
    return {part: counts[part] for part in PARTS if counts[part]}


def _notes(found: Survey, samples: list[Sample]) -> Iterator[str]:
    for key, said in TOLD.items():
        if found.conversions[key]:
            yield f"{several(found.conversions[key], 'image')} {said}"
    if found.misnamed:
        yield (
            f"{several(found.misnamed, 'image')} of another format than the name says: read as "
            "what they are"
        )
    places = {sample.seen.place: sample.place for sample in samples}
    twins = [[each for each in same if each.place in places] for same in found.twins()]
    yield from _twin_notes([[places[each.place] for each in same] for same in twins])


def _twin_notes(twins: list[list[Place]]) -> Iterator[str]:
    """`twins`: where the copies of an image lie."""
    again = sum(max(0, len(same) - 1) for same in twins)
    if again:
        yield f"{several(again, 'image')} equal to another one, byte by byte: all are kept"
    classes = sum(len({each.name for each in same}) > 1 for same in twins)
    if classes:
        yield (
            f"{several(classes, 'image')} in more than one class: which one is right cannot be "
            "learned from them"
        )
    parts = sum(len({each.part for each in same}) > 1 for same in twins)
    if parts:
        yield (
            f"{several(parts, 'image')} in more than one of train, validation and test: results "
            "on these will look better than they are"
        )


def _write(into: Path, facts: ImageFacts, samples: list[Sample], found: Survey) -> None:
    label = {each.name: number for number, each in enumerate(facts.classes)}
    labels = [label[sample.place.name] for sample in samples]
    write_index(into, [sample.seen.place for sample in samples], labels)
    shown = [
        (number, found.thumbnails[sample.seen.place])
        for number, sample in zip(labels, samples, strict=True)
        if sample.seen.place in found.thumbnails
    ]
    np.savez(
        into / THUMBNAILS,
        labels=np.array([number for number, _ in shown], dtype=np.int64),
        pixels=np.stack([pixels for _, pixels in shown]),
    )
    (into / FACTS).write_text(facts.model_dump_json(indent=1), encoding="utf-8")
