"""What an attempt fetches from the store before it trains: checkpoint, data, model.

A checkpoint on this machine that the run came by is as good as one in the store. While the store is
away the run waits: from its first step on it would only repeat what is saved there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.config import RunConfig
from engine.events import Alert, Event, Held, Log
from engine.saving.durable import write_durably
from engine.saving.manifest import NAME as MANIFEST
from engine.saving.manifest import Damaged
from engine.saving.names import Published, read_name
from engine.saving.start import FOLDER as START
from jobs.store import supplies
from jobs.store.lineage import Lineage, Moment
from jobs.store.parcels import CHECKPOINT, FETCHING, NotThere, fetch, is_whole
from jobs.store.shelves import FOLDS, LEDGER, Shelf, lineage_of, run_key
from jobs.store.store import Store, StoreAway

TRY_SECONDS = 1.0


@dataclass
class Beginning:
    """Of one attempt, in its run's `folder`. `said` grows while it works."""

    url: str
    run_id: str
    attempt: int
    folder: Path
    config: RunConfig
    said: list[Event] = field(default_factory=list)

    def bring(self) -> Moment:
        """Fetches what is not here; where the run goes on.

        Raises StoreAway, and OSError where the disk of this machine refuses.
        """
        self.said = []
        self._clear()
        if not self._needs_store():
            return self._first()
        store = Store.open(self.url)
        store.require()
        self._bring_supplies(store)
        if self.attempt == 1:
            return self._first()
        lineage = lineage_of(store, self.run_id)
        fold = self._bring_ledger(store, lineage) + 1 if self._folds else 0
        return self._bring_checkpoint(store, Shelf.of(self.folder, self.run_id, fold), lineage)

    def go_on_alone(self) -> Moment | None:
        """Where the run goes on without the store; None where it may have come further elsewhere.

        The attempt before this one was on this machine.
        """
        shelves = self.folder / (FOLDS if self._folds else "checkpoints")
        if self._missing() or _held_by(shelves) != self.attempt - 1:
            return None
        fold = self._done(self.folder / FOLDS / LEDGER) + 1 if self._folds else 0
        shelf = Shelf.of(self.folder, self.run_id, fold)
        good = (each for each in shelf.here() if is_whole(shelf.folder / each.name, CHECKPOINT))
        newest = next(good, None)
        return Moment.of(newest, fold) if newest else Moment(fold)

    @property
    def _folds(self) -> bool:
        return self.config.data.split.every_fold

    def _first(self) -> Moment:
        return Moment(1 if self._folds else 0)

    def _needs_store(self) -> bool:
        return self.attempt > 1 or self._missing()

    def _missing(self) -> bool:
        """Whether something that the training begins with is not on this machine."""
        start = self.config.start is not None and not (self.folder / START).is_dir()
        return start or supplies.missing(self.config)

    def _clear(self) -> None:
        """What an attempt that was killed had half fetched."""
        for half in self.folder.rglob(f"{FETCHING}*"):
            shutil.rmtree(half, ignore_errors=True)

    def _bring_supplies(self, store: Store) -> None:
        for what in supplies.bring(store, self.run_id, self.config):
            self.said.append(Log(message=what))
        if self.config.start is not None and not (self.folder / START).is_dir():
            try:
                fetch(store, f"{run_key(self.run_id)}/{START}", self.folder / START, CHECKPOINT)
            except (NotThere, Damaged):
                return  # the engine says what is missing, and for which setting

    def _bring_ledger(self, store: Store, lineage: Lineage) -> int:
        """The folds that are done."""
        path = self.folder / FOLDS / LEDGER
        key = f"{run_key(self.run_id)}/{FOLDS}/ledger"
        here = _held_by(path.parent) if path.exists() else 0
        numbers = sorted((int(n) for n in store.names(key) if n.isdecimal()), reverse=True)
        for number in numbers:
            if max(number, lineage.latest) <= here:
                break  # the last attempt was here: nobody knows more
            content = store.read(f"{key}/{number}") or b""
            if _count(content) is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(path.parent, path.name, content)
                break
        return self._done(path)

    def _done(self, path: Path) -> int:
        return (_count(path.read_bytes()) or 0) if path.exists() else 0

    def _bring_checkpoint(self, store: Store, shelf: Shelf, lineage: Lineage) -> Moment:
        damaged: list[str] = []
        self._leave_strangers(shelf, lineage)
        for each in self._candidates(store, shelf, lineage):
            folder = shelf.folder / each.name
            if is_whole(folder, CHECKPOINT) or self._fetched(store, shelf, each, damaged):
                self._say_damaged(damaged, f"the run goes on from the one at step {each.step}")
                return Moment.of(each, shelf.fold)
        self._say_damaged(damaged, "no good one is left, so the run begins again", "error")
        return Moment(shelf.fold)

    def _leave_strangers(self, shelf: Shelf, lineage: Lineage) -> None:
        """Removes those on this machine that a later attempt, elsewhere, did not go on from."""
        for each in shelf.here():
            if not lineage.holds(each, shelf.fold):
                shutil.rmtree(shelf.folder / each.name, ignore_errors=True)
                message = f"left {each.name} aside: a later attempt has gone on without it"
                self.said.append(Log(message=message))

    def _candidates(self, store: Store, shelf: Shelf, lineage: Lineage) -> list[Published]:
        """Those here and there that the run came by, newest first."""
        there = [each for each in shelf.there(store) if lineage.holds(each, shelf.fold)]
        return sorted({*there, *shelf.here()}, reverse=True)

    def _fetched(self, store: Store, shelf: Shelf, each: Published, damaged: list[str]) -> bool:
        begun, key = time.monotonic(), f"{shelf.key}/{each.name}"
        try:
            size = fetch(store, key, shelf.folder / each.name, CHECKPOINT)
        except NotThere:
            return False
        except Damaged as error:
            damaged.append(
                f"the checkpoint at step {each.step} ({each.name}) in the store is damaged: {error}"
            )
            # So that nobody fetches it again; its other files stay, they are evidence.
            store.copy(f"{key}/{MANIFEST}", f"{key}/damaged-{MANIFEST}")
            store.remove(f"{key}/{MANIFEST}")
            return False
        seconds = time.monotonic() - begun
        message = f"fetched the checkpoint {each.name} from the store: {size / 1e6:.1f} MB"
        self.said.append(Log(message=f"{message} in {seconds:.1f} s", step=each.step))
        return True

    def _say_damaged(self, damaged: list[str], then: str, level: str = "warning") -> None:
        for sentence in damaged:
            self.said.append(
                Alert(
                    level="error" if level == "error" else "warning",
                    code="checkpoint-damaged",
                    message=f"{sentence}; {then}",
                )
            )


def begin(
    beginning: Beginning,
    tell: Callable[[Event], None],
    rest: Callable[[float], bool],
) -> Moment | None:
    """Where the attempt goes on, as soon as that is known; None when it must end before.

    `rest` waits so many seconds and says whether it must.
    """
    alert, begun = "", time.monotonic()
    while True:
        try:
            moment = beginning.bring()
        except (StoreAway, OSError) as error:
            if (alone := beginning.go_on_alone()) is not None:
                return alone
            if not alert:
                alert = f"waits for the store, which has what the run goes on from: {error}"
                tell(Alert(code="store-away", message=alert))
                tell(Held(why=f"It {alert.rstrip('.')}."))
            if rest(TRY_SECONDS):
                return None
        else:
            for event in _words(beginning, alert, begun):
                tell(event)
            return moment


def _words(beginning: Beginning, alert: str, begun: float) -> Iterator[Event]:
    if alert:
        yield Log(message=f"the store is there after {time.monotonic() - begun:,.0f} s")
        yield Held(why="")
    yield from beginning.said


def _held_by(folder: Path) -> int:
    """The last attempt that trained in a folder; 0 where none is known."""
    try:
        return int((folder / "attempt").read_text())
    except (OSError, ValueError):
        found = [read_name(path.name) for path in folder.glob("*")]
        return max((each.attempt for each in found if each), default=0)


def _count(content: bytes) -> int | None:
    """How many folds a ledger has behind it; None where it is not what was written."""
    from pydantic import ValidationError

    from engine.saving.ledger import Entries

    try:
        entries = Entries.model_validate_json(content.partition(b"\n")[0])
    except ValidationError:
        return None
    return len(entries.done) if entries.encode() == content else None
