"""What is behind a cross-validation: the folds that are done, in a small file beside theirs.

Each fold is a training with checkpoints of its own (`folds/fold-2/checkpoints`). The ledger says
where the run goes on, and what was told in the last second before its newest fold was done.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from engine.config import RunConfig
from engine.events import Alert, CrossValidation, Event
from engine.loop.state import RECENT_SECONDS, Remembered, read_scalars
from engine.saving.checkpoint import CheckpointError, Checkpoints
from engine.saving.durable import write_durably
from engine.saving.failpoints import failpoint
from engine.saving.fence import Fence
from engine.saving.keeper import refuse_other_settings
from engine.spec import Spec

FOLDER, NAME = "folds", "folds.json"

Told = Annotated[Remembered | CrossValidation, Field(discriminator="kind")]
"""what must be told again where it may be lost: points, alerts, changes and results"""


class Done(Spec):
    """A fold that was trained and tested."""

    steps: int
    """optimizer steps it took"""
    test: dict[str, float]
    """metrics of its test part"""
    where: dict[str, str] = {}
    """what decides the bits of a training: the version of torch, the device"""


class Entries(Spec):
    """The content of the file."""

    config: RunConfig
    done: list[Done] = []
    recent: list[Told] = []

    def encode(self) -> bytes:
        """Two lines: these entries as JSON, and the SHA-256 of that line."""
        line = self.model_dump_json().encode()
        return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


@dataclass
class Ledger:
    """The folds of one run. Without a folder it only remembers."""

    entries: Entries
    folder: Path | None
    attempt: int
    recent: list[Told] = field(default_factory=list)
    damaged: bool = False
    """whether the file is not what was written: finished folds are then tested once more"""

    @property
    def done(self) -> list[Done]:
        """The folds that are behind the run, the first one first."""
        return self.entries.done

    @property
    def begin(self) -> int:
        """Steps of all of them."""
        return sum(fold.steps for fold in self.done)

    def again(self) -> list[Event]:
        """What an attempt says after it has begun: what may have been lost, and what is damaged."""
        if not self.damaged:
            return [*self.recent]
        message = "the results of the folds are damaged; those that are done are tested once more"
        return [Alert(code="checkpoint-damaged", message=message)]

    def folder_of(self, fold: int) -> Path | None:
        """Where that training keeps its checkpoints."""
        return self.folder / f"fold-{fold}" if self.folder else None

    def remember(self, event: Event) -> None:
        """Keeps what was told in the last second."""
        kept = [old for old in self.recent if event.time - old.time < RECENT_SECONDS]
        if isinstance(event, Remembered | CrossValidation):
            kept.append(event)
        self.recent = kept

    def add(self, done: Done, result: CrossValidation) -> Alert | None:
        """A fold is done, and `result` will be said of it. An alert where the disk refuses.

        Raises:
            Fenced: a later attempt owns the folder.
        """
        failpoint("folds.before_write")
        self.remember(result)
        change = {"done": [*self.done, done], "recent": self.recent}
        self.entries = self.entries.model_copy(update=change)
        if self.folder is None:
            return None
        try:
            with Fence(self.folder, self.attempt).held():
                write_durably(self.folder, NAME, self.entries.encode())
            failpoint("folds.after_write")
            Checkpoints(self._checkpoints(result.done), self.attempt).keep_newest()
        except OSError as error:
            message = f"the results of the folds could not be written ({error.strerror})"
            return Alert(
                level="error",
                code="checkpoint-failed",
                message=f"{message}; after a crash, fold {result.done} would be tested once more",
            )
        return None

    def _checkpoints(self, fold: int) -> Path:
        assert self.folder is not None
        return self.folder / f"fold-{fold}" / "checkpoints"


def open_ledger(config: RunConfig, folder: Path | None, attempt: int) -> Ledger:
    """The folds as earlier attempts left them in the run's folder, which it takes for this one.

    Raises:
        SettingsError: the folder is of a run with other settings.
        Fenced: a later attempt has it.
        CheckpointError: the folder cannot be used.
    """
    ledger = Ledger(Entries(config=config), folder / FOLDER if folder else None, attempt)
    if folder is None or ledger.folder is None:
        return ledger
    _refuse_single_training(folder, config)
    try:
        ledger.folder.mkdir(parents=True, exist_ok=True)
        with Fence(ledger.folder, attempt).held():
            found, ledger.damaged = _read(ledger.folder)
            if found is None:
                write_durably(ledger.folder, NAME, ledger.entries.encode())
    except OSError as error:
        raise CheckpointError(
            f"the results of the folds cannot be kept in {ledger.folder} ({error.strerror}); "
            "check that the folder exists and may be written, and that the disk has room"
        ) from error
    if found:
        refuse_other_settings(found.config, config)
        ledger.entries, ledger.recent = found, list(found.recent)
    return ledger


def refuse_folds(folder: Path | None, config: RunConfig) -> None:
    """A single training does not go on in the folder of a cross-validation.

    Raises:
        SettingsError: that is what was asked for.
    """
    found, _ = _read(folder / FOLDER) if folder else (None, False)
    if found:
        refuse_other_settings(found.config, config)


def _refuse_single_training(folder: Path, config: RunConfig) -> None:
    """Nor the other way round."""
    if (folder / "checkpoints").is_dir():
        loaded, _ = Checkpoints(folder / "checkpoints", 0).newest()
        if loaded:
            refuse_other_settings(read_scalars(loaded.files).config, config)


def _read(folder: Path) -> tuple[Entries | None, bool]:
    """The entries, and whether what is there cannot be trusted."""
    path = folder / NAME
    if not path.exists():
        return None, False
    content = path.read_bytes()
    try:
        found = Entries.model_validate_json(content.partition(b"\n")[0])
    except ValidationError:
        return None, True
    return (found, False) if found.encode() == content else (None, True)
