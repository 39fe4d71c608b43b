"""Copies a run's checkpoints to the store while it trains: a thread that the training never waits
for, except at its end.

One at a time, the newest first. A checkpoint is seen in the store only when all of it is there, and
when Redis has every point up to it: whoever goes on from there tells none of them again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.events import Alert, Checkpoint, Event, Log
from engine.saving.failpoints import failpoint
from engine.saving.pins import pinned
from jobs.store import pruning, words
from jobs.store.lineage import Moment
from jobs.store.parcels import CHECKPOINT, send
from jobs.store.shelves import FOLDS, LEDGER, Shelf, lineage_of, run_key, say_began, shelves_here
from jobs.store.staging import staged
from jobs.store.store import Store, StoreAway
from jobs.store.unsent import Note

RETRY_SECONDS = 1.0
MOST_RETRY_SECONDS = 15.0
"""twice as long each time, up to this"""

END_SECONDS = 60.0
"""a store that is away at the end of a run is waited for so long: the device is needed"""

POLL_SECONDS = 0.02


class Fenced(Exception):
    """A later attempt trains the run: nothing more is to be copied."""


class Stopped(Exception):
    """Nobody waits for the rest any more."""


class Shipper:
    """Of one attempt. `tell` takes events; `told` answers up to when Redis has all of them, and
    `hurry` asks for that. The `note` stays where something is left behind.
    """

    def __init__(
        self,
        url: str,
        place: tuple[str, int, Path],
        tell: Callable[[Event], None],
        told: Callable[[], float],
        hurry: Callable[[], None] = lambda: None,
        note: Note | None = None,
    ) -> None:
        self.run_id, self.attempt, self.folder = place
        self._url, self._tell, self._told, self._hurry = url, tell, told, hurry
        self._note = note
        self.step = 0
        self._began: Moment | None = None
        self._store: Store | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._stopped = threading.Event()
        self._trouble = ""
        self._trouble_since = 0.0
        self._sent: set[str] = set()
        self._ledger = b""
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    def start(self, began: Moment) -> None:
        """The attempt goes on from there."""
        self._began = began
        self._thread.start()
        if self.attempt > 1:
            self._wake.set()

    def hear(self, event: Event) -> None:
        """What the training says: of a checkpoint the thread is woken (about 1 µs)."""
        if isinstance(event, Checkpoint):
            self.step = event.step
            if not self._trouble:  # else it tries again by the clock
                self._wake.set()

    def close(self, patience: float = END_SECONDS, limit: float = float("inf")) -> None:
        """Waits until everything is in the store: as long as it is copied, but a store that is away
        only for `patience` seconds, and for all of it `limit`.
        """
        if not self._thread.is_alive():
            return
        deadline = time.monotonic() + limit
        self._closing.set()
        self._wake.set()
        while self._thread.is_alive() and time.monotonic() < deadline:
            self._thread.join(POLL_SECONDS)
            if self._trouble and time.monotonic() - self._trouble_since > patience:
                break
        if self._thread.is_alive():
            self._stopped.set()
            self._tell(self._left_behind())

    def copy_rest(self, began: Moment) -> None:
        """All at once, in this thread, for an attempt that is over. Raises StoreAway, OSError."""
        self._began = began
        with suppress(Fenced):
            self._ship()

    def _run(self) -> None:
        if not self._hold_note():
            return
        with suppress(Stopped):
            self._loop()
            if self._note and not self._stopped.is_set():
                self._note.done()

    def _loop(self) -> None:
        """Until all is copied, or a later attempt trains the run. Raises Stopped."""
        rest: float | None = None
        while not self._stopped.is_set():
            self._wake.wait(rest)
            self._wake.clear()
            # Before the look: what comes after it wakes the thread once more.
            closing = self._closing.is_set()
            try:
                self._ship()
            except Fenced:
                return
            except (StoreAway, OSError) as error:
                self._suffer(str(error))
                rest = min(2 * rest, MOST_RETRY_SECONDS) if rest else RETRY_SECONDS
            else:
                self._recover()
                rest = None
                if closing:
                    return

    def _hold_note(self) -> bool:
        """Once nobody copies any more what an earlier attempt left behind. False at the end."""
        if self._note is None or self._began is None:
            return True
        while not self._note.hold(self.attempt, self._began):
            if not self._trouble:
                self._trouble, self._trouble_since = words.BUSY, time.monotonic()
            if self._stopped.wait(POLL_SECONDS):
                return False
        if self._trouble:
            self._trouble = ""
            self._wake.set()  # for what was heard meanwhile
        return True

    def _ship(self) -> None:
        """Everything that the store lacks. Raises StoreAway and OSError, Fenced and Stopped."""
        if self._store is None:
            self._store = self._open()
        while found := self._next():
            self._send(self._store, *found)
        self._send_ledger(self._store)

    def _open(self) -> Store:
        store = Store.open(self._url)
        store.require()
        if self.attempt > 1 and self._began is not None:
            say_began(store, self.run_id, self.attempt, self._began)
        for shelf in shelves_here(self.folder, self.run_id):
            for each in shelf.there(store):
                if shelf.whole(store, each.name):
                    self._sent.add(f"{shelf.key}/{each.name}")
        return store

    def _next(self) -> tuple[Shelf, str] | None:
        """The newest checkpoint that the store should have and has not."""
        for place, shelf in enumerate(shelves_here(self.folder, self.run_id)):
            here = [each.name for each in shelf.here()]
            keep = pinned(shelf.folder)
            wanted = [*here[: pruning.kept(place)], *(name for name in here if name in keep)]
            for name in wanted:
                if f"{shelf.key}/{name}" not in self._sent:
                    return shelf, name
        return None

    def _send(self, store: Store, shelf: Shelf, name: str) -> None:
        key, seen = f"{shelf.key}/{name}", time.monotonic()
        with staged(self.folder, shelf.folder / name) as folder:
            if folder is None:
                # Newer ones have come meanwhile, and it went.
                self._sent.add(key)
                return
            seal = (CHECKPOINT.seal, (folder / CHECKPOINT.seal).read_bytes())
            try:
                send(store, folder, key, seal, lambda: self._before_seal(store, seen))
            except FileNotFoundError:
                if (shelf.folder / name).exists():
                    raise
        self._sent.add(key)
        lineage = lineage_of(store, self.run_id)
        pruning.prune(store, shelf, lineage, newest=name, over=self._is_over(shelf))
        failpoint("store.pruned")

    def _send_ledger(self, store: Store) -> None:
        path = self.folder / FOLDS / LEDGER
        content = path.read_bytes() if path.exists() else b""
        if content != self._ledger:
            self._before_seal(store, time.monotonic())
            store.write(f"{run_key(self.run_id)}/{FOLDS}/ledger/{self.attempt}", content)
            self._ledger = content

    def _before_seal(self, store: Store, seen: float) -> None:
        """Waits until Redis has all that was said before; then looks whether it is still ours."""
        self._hurry()
        while self._told() < seen:
            if self._stopped.wait(POLL_SECONDS):
                raise Stopped
            if not self._trouble and time.monotonic() - seen > RETRY_SECONDS:
                # Nothing to be told: the page says itself that Redis is away.
                self._trouble, self._trouble_since = words.NOT_TOLD, time.monotonic()
        if self._trouble == words.NOT_TOLD:
            self._trouble = ""
        if lineage_of(store, self.run_id).latest > self.attempt:
            raise Fenced

    def _is_over(self, shelf: Shelf) -> bool:
        """Whether the training of that fold is."""
        return shelf.fold != shelves_here(self.folder, self.run_id)[0].fold

    def _suffer(self, why: str) -> None:
        self._store = None
        if self._trouble:
            return
        self._trouble, self._trouble_since = why, time.monotonic()
        self._tell(Alert(code="store-away", message=words.away(why), step=self.step))

    def _recover(self) -> None:
        if self._trouble:
            seconds = time.monotonic() - self._trouble_since
            self._tell(Log(message=words.back(seconds), step=self.step))
            self._trouble = ""
            self._wake.set()  # for what was heard meanwhile

    def _left_behind(self) -> Alert:
        message = words.behind(self.folder, self._trouble or "there was no time left")
        return Alert(code="store-behind", message=message, step=self.step)
