"""The checkpoints of a run that are on disk or in the store: what there is, which people keep.

The run's folder is the truth, pins included: its trainer, which removes old ones, reads no database
(`engine/saving/pins.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from redis import RedisError

from engine.saving import pins
from engine.saving.fence import locked
from engine.saving.manifest import NAME, Damaged, read_manifest
from engine.saving.names import published, read_name
from engine.saving.start import FOLDER as START
from jobs.home import Home
from jobs.run import Run
from jobs.services.machines import sending
from jobs.services.runs import NotPossible
from jobs.store.address import StoreUnusable, address
from jobs.store.reading import pin as pin_stored
from jobs.store.reading import stored, with_settings
from jobs.store.store import StoreAway
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard


@dataclass(frozen=True)
class Kept:
    """One checkpoint. `name` is that of its event: `step-40-a1`, of folds `fold-2/step-40-a1`."""

    name: str
    step: int
    """of its training"""
    fold: int
    """0 without folds"""
    evaluated: bool
    """whether the weights of this very step were evaluated"""
    bytes: int
    written: float
    """unix seconds"""
    pinned: bool
    folder: Path
    """with all of its files, or where it is not `here`, of its manifest alone"""
    here: bool = True
    """whether it is on this machine, or on a disk that it shares"""
    key: str = ""
    """where the store has it; empty where it has not"""

    @property
    def begins(self) -> bool:
        """Whether it is the one of another run that this run began from."""
        return self.folder.name == START

    def place(self) -> str:
        """For people: `step 1,200`, `step 40 of fold 2`."""
        fold = f" of fold {self.fold}" if self.fold else ""
        return f"step {self.step:,}{fold}"


@dataclass(frozen=True)
class Look:
    """What was found, and why that may not be all; empty where it is."""

    found: list[Kept]
    trouble: str = ""
    behind: str = ""
    """where the newest one is, and not in the store; empty where nobody knows of such a machine"""


def every(yard: Yard, run: Run) -> list[Kept]:
    """Those there are, newest first; at the end the one that a fork began from."""
    return look(yard, run).found


def look(yard: Yard, run: Run) -> Look:
    """The same, and what the store says where it does not answer."""
    here, behind = _here(yard, run), _behind(yard, run)
    try:
        there = stored(yard.home, run.id)
    except (StoreAway, StoreUnusable) as error:
        return Look(here, str(error).rstrip("."), behind)
    known = {(each.fold, each.folder.name): each for each in here}
    for each in there:
        fold = each.fold
        if each.folder.name == START and run.config.start:
            fold = run.config.start.fold
        place = (fold, each.folder.name)
        if place in known:
            pinned = known[place].pinned or each.pinned
            known[place] = replace(known[place], key=each.key, pinned=pinned)
        elif kept := read(each.folder, fold):
            known[place] = replace(kept, pinned=each.pinned, here=False, key=each.key)
    return Look(sorted(known.values(), key=_order, reverse=True), behind=behind)


def _behind(yard: Yard, run: Run) -> str:
    with suppress(RedisError, RedisUnavailable, StoreUnusable):
        machines = sending(yard.redis, run.id) if address() else []
        if machines:
            return (
                f"The newest checkpoint is on {' and '.join(machines)} alone; a worker there "
                "copies it when the store answers"
            )
    return ""


def _here(yard: Yard, run: Run) -> list[Kept]:
    home = yard.home.run(run.id)
    found = [
        kept
        for fold, place in sorted(_places(home), reverse=True)
        for kept in _of_place(place, fold)
    ]
    begun = read(home / START, run.config.start.fold if run.config.start else 0)
    return [*found, begun] if begun else found


def _order(kept: Kept) -> tuple[bool, int, int, bool, int]:
    name = read_name(kept.folder.name)
    return (not kept.begins, kept.fold, kept.step, kept.evaluated, name.attempt if name else 0)


def find(yard: Yard, run: Run, text: str = "") -> Kept:
    """The newest one, or that of a step, or of a name. Raises NotPossible, saying what there is."""
    there, trouble = (seen := look(yard, run)).found, seen.trouble
    if not there:
        raise NotPossible(f"{trouble}." if trouble else _none(run))
    word = text.strip().replace(",", "")
    fitting = [each for each in there if word in ("", each.name, str(each.step))]
    if fitting:
        return fitting[0]
    steps = ", ".join(dict.fromkeys(each.place() for each in there))
    raise NotPossible(
        f"{run.name} has no checkpoint {text.strip()!r}; on disk are those of {steps}. "
        "A run keeps its last two and those that are pinned."
    )


def pin(run: Run, kept: Kept, *, on: bool = True) -> None:
    """Keeps a checkpoint until it is let go again. Raises NotPossible when it is gone."""
    if kept.begins:
        raise NotPossible("Where a fork begins is kept as long as the fork is.")
    try:
        # In both places: which of the two a later attempt finds, nobody knows.
        there = [
            *([_pin_here(kept, on=on)] if kept.here else []),
            *([pin_stored(kept.key, on=on)] if kept.key else []),
        ]
    except OSError as error:
        raise NotPossible(f"The pin could not be written ({error.strerror}).") from error
    except (StoreAway, StoreUnusable) as error:
        raise NotPossible(f"The pin could not be written: {error}.") from error
    if not any(there):
        raise NotPossible(f"The checkpoint of {kept.place()} of {run.name} was just removed.")


def _pin_here(kept: Kept, *, on: bool) -> bool:
    if on:
        return pins.pin(kept.folder.parent, kept.folder.name)
    pins.unpin(kept.folder.parent, kept.folder.name)
    return True


def ready(kept: Kept) -> None:
    """Sees that the settings of a checkpoint can be read here.

    Raises NotPossible while the store is away, and Damaged.
    """
    if kept.here:
        return
    try:
        with_settings(kept.folder, kept.key)
    except (StoreAway, StoreUnusable, OSError) as error:
        raise NotPossible(f"The checkpoint of {kept.place()} cannot be read: {error}.") from error


@contextmanager
def held(kept: Kept) -> Iterator[None]:
    """Nobody removes it meanwhile. Raises OSError when its folder is gone."""
    if kept.begins or not kept.here:
        yield
    else:
        with locked(kept.folder.parent):
            yield


def at(home: Home, run_id: str, name: str, fold: int) -> Path:
    """The folder of a checkpoint, whether it is there or not."""
    place = home.run(run_id)
    return (place / "folds" / f"fold-{fold}" if fold else place) / "checkpoints" / name


def _places(home: Path) -> Iterator[tuple[int, Path]]:
    """Folders of checkpoints, each with its fold."""
    yield 0, home / "checkpoints"
    for folder in (home / "folds").glob("fold-*"):
        number = folder.name.removeprefix("fold-")
        if number.isdecimal():
            yield int(number), folder / "checkpoints"


def _of_place(place: Path, fold: int) -> Iterator[Kept]:
    with suppress(FileNotFoundError):
        pinned = frozenset(pins.pinned(place))
        for each in published(place):
            if kept := read(place / each.name, fold, pinned):
                yield kept


def read(folder: Path, fold: int, pinned: frozenset[str] = frozenset()) -> Kept | None:
    """The one in `folder`; None where it is damaged, or not there (any more)."""
    try:
        manifest, written = read_manifest(folder), (folder / NAME).stat().st_mtime
    except (Damaged, OSError):
        return None
    name = read_name(folder.name)
    return Kept(
        name=f"fold-{fold}/{folder.name}" if fold and name else folder.name,
        step=manifest.facts.step,
        fold=fold,
        evaluated=name.evaluated if name else manifest.facts.evaluated,
        bytes=sum(entry.bytes for entry in manifest.files.values()),
        written=written,
        pinned=folder.name in pinned,
        folder=folder,
    )


def _none(run: Run) -> str:
    if run.script is not None:
        return f"{run.name} is a script of your own: its checkpoints are your script's affair."
    if not run.attempts:
        return f"{run.name} has no checkpoint yet: no worker has taken it."
    return (
        f"There is no checkpoint of {run.name} on this machine or in its store. The first one is "
        "written a few seconds into a run; of a run on another machine they are seen where both "
        "have the same TRAINYARD_STORE."
    )
