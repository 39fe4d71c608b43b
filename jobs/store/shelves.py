"""Where the checkpoints of a run lie: of a single training in one folder, of folds in one each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.saving.manifest import NAME as MANIFEST
from engine.saving.names import Published, read_name
from engine.saving.pins import FOLDER as PINS
from jobs.store.lineage import Lineage, Moment
from jobs.store.store import Store

FOLDS = "folds"
LEDGER = "folds.json"


def run_key(run_id: str) -> str:
    """The run's folder in the store."""
    return f"runs/{run_id}"


@dataclass(frozen=True)
class Shelf:
    """A folder of checkpoints: here, and in the store."""

    fold: int
    folder: Path
    key: str

    @classmethod
    def of(cls, home: Path, run_id: str, fold: int) -> Shelf:
        """That of a fold, 0 for a single training; `home` is the run's folder."""
        below = f"{FOLDS}/fold-{fold}/checkpoints" if fold else "checkpoints"
        return cls(fold, home / below, f"{run_key(run_id)}/{below}")

    def here(self) -> list[Published]:
        """Those of this machine, newest first."""
        if not self.folder.is_dir():
            return []
        return _published(path.name for path in self.folder.iterdir())

    def there(self, store: Store) -> list[Published]:
        """Those of the store, newest first, whether they are whole or not. Raises StoreAway."""
        return _published(store.names(self.key))

    def whole(self, store: Store, name: str) -> bool:
        """Whether the store has all of it. Raises StoreAway."""
        return store.has(f"{self.key}/{name}/{MANIFEST}")

    def pinned(self, store: Store) -> set[str]:
        """Names of those that people keep. Raises StoreAway."""
        return set(store.names(f"{self.key}/{PINS}"))


def shelves_here(home: Path, run_id: str) -> list[Shelf]:
    """Those that are on this machine, of the newest fold first."""
    numbers = (path.name.removeprefix("fold-") for path in (home / FOLDS).glob("fold-*"))
    folds = sorted((int(each) for each in numbers if each.isdecimal()), reverse=True)
    return [Shelf.of(home, run_id, fold) for fold in (*folds, 0)]


def shelves_there(store: Store, home: Path, run_id: str) -> list[Shelf]:
    """Those that may be in the store, likewise. Raises StoreAway."""
    names = store.names(f"{run_key(run_id)}/{FOLDS}")
    numbers = (name.removeprefix("fold-") for name in names if name.startswith("fold-"))
    folds = sorted((int(each) for each in numbers if each.isdecimal()), reverse=True)
    return [Shelf.of(home, run_id, fold) for fold in (*folds, 0)]


def lineage_of(store: Store, run_id: str) -> Lineage:
    """Where each attempt of the run went on. Raises StoreAway."""
    folder = f"{run_key(run_id)}/attempts"
    began = {}
    for name in store.names(folder):
        if name.isdecimal() and (content := store.read(f"{folder}/{name}")):
            moment = Moment.decode(content)
            if moment is not None:
                began[int(name)] = moment
    return Lineage(began)


def say_began(store: Store, run_id: str, attempt: int, moment: Moment) -> None:
    """Writes down where an attempt goes on. Raises StoreAway."""
    store.write(f"{run_key(run_id)}/attempts/{attempt}", moment.encode())


def _published(names: Iterator[str] | list[str]) -> list[Published]:
    return sorted(filter(None, map(read_name, names)), reverse=True)
