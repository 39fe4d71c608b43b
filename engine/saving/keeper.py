"""Decides when a run is saved, and where it goes on after an end it did not choose."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.config import RunConfig
from engine.distributed.restore import content_of, finite, refuse_unreached, restore
from engine.events import Alert, Checkpoint, Event, Log, Obeyed
from engine.inbox import Order
from engine.loop.fork import fork
from engine.loop.setup import Setup
from engine.loop.state import TrainState, read_scalars
from engine.problem import Problem, SettingsError
from engine.saving.checkpoint import CheckpointError, Checkpoints, Loaded, Saved
from engine.saving.manifest import Damaged, Facts, Manifest
from engine.saving.room import with_room
from engine.saving.start import begin_of
from engine.settings.start import Start

Resumed = tuple[Literal["", "exact", "best-effort"], str]
"""what kind of resume, and why it is only a best effort"""


@dataclass
class Keeper:
    """Saves `state` into `checkpoints`; None trains without."""

    setup: Setup
    state: TrainState
    checkpoints: Checkpoints | None
    saved: tuple[int, int] = (0, 0)
    """step and step of the last evaluation, as they were saved"""
    saved_at: float = field(default_factory=time.monotonic)

    def resume(self) -> tuple[Resumed, list[Alert | Log]]:
        """Takes over the newest good checkpoint, if there is one; alerts name the damaged ones.

        A fork without one of its own takes over the one that it begins from.

        Raises:
            SettingsError: the checkpoints are of a run with other settings, or there is none to
                begin from.
            Fenced: a later attempt owns them.
            CheckpointError: the folder cannot be used.
        """
        if self.checkpoints is None:
            _refuse_no_folder(self.setup.config)
            return ("", ""), []
        self.checkpoints.open()
        refuse_unreached(self.setup, self.state, self.checkpoints.folder)
        loaded, damaged = self.checkpoints.newest()
        resumed: Resumed = ("", "")
        begun: list[Alert | Log] = []
        if loaded:
            refuse_other_settings(read_scalars(loaded.files).config, self.setup.config)
            restore(self.setup, self.state, loaded)
            self.saved = self._moment()
            resumed = _exactness(loaded.manifest, self._facts())
        elif start := self.setup.config.start:
            begun = [self._begin(start, self.checkpoints.folder.parent)]
        return resumed, [*begun, *(self._alert(sentence, loaded) for sentence in damaged)]

    def _begin(self, start: Start, folder: Path) -> Log:
        """At the checkpoint of another run, which lies in this one's folder."""
        try:
            begin = begin_of(folder, start.digest)
            fork(self.setup, self.state, begin)
        except Damaged as error:
            raise SettingsError([Problem("start", _no_start(start, error))]) from error
        self.saved = self._moment()
        kind, why = _exactness(begin.manifest, self._facts())
        how = "bit for bit as it was" if kind == "exact" else f"as nearly as can be: {why}"
        message = f"begins after {start.place()} of run {start.run}, {how}"
        return Log(message=message, step=self.state.step)

    def save_when_due(self) -> Iterator[Event]:
        """Saves if the last time is `checkpoint_seconds` ago."""
        if time.monotonic() - self.saved_at >= self.setup.config.training.checkpoint_seconds:
            yield from self.save_and_tell()

    def save_and_tell(self) -> Iterator[Event]:
        """Saves; a full disk is waited for; one that refuses otherwise is an alert, no more.

        Fenced is not caught.
        """
        step = self.state.step
        try:
            saved = yield from with_room(self.save, step)
        except CheckpointError as error:
            yield Alert(level="error", code="checkpoint-failed", message=str(error), step=step)
        else:
            if saved:
                yield Checkpoint(
                    name=saved.name, bytes=saved.bytes, seconds=saved.seconds, step=step
                )

    def obey(self, orders: Sequence[Order]) -> Iterator[Event]:
        """Saves if somebody asked for that, and tells so."""
        asked = [each for each in orders if each.op == "checkpoint"]
        if not asked:
            return
        yield from self.save_and_tell()
        note = "" if self.saved == self._moment() else "The checkpoint could not be saved."
        for each in asked:
            yield Obeyed(op=each.op, id=each.id, note=note, step=self.state.step)

    def save(self) -> Saved | None:
        """Saves unless nothing happened since the last time, or the weights are no longer finite.

        Raises:
            Fenced: a later attempt owns the folder.
            CheckpointError: the disk refused.
        """
        moment = self._moment()
        if self.checkpoints is None or moment == self.saved or not finite(self.setup, self.state):
            return None
        self.saved_at = time.monotonic()  # also when it fails: the next try can wait as long
        saved = self.checkpoints.save(content_of(self.setup, self.state), self._facts())
        self.saved, self.saved_at = moment, time.monotonic()
        return saved

    def _moment(self) -> tuple[int, int]:
        return self.state.step, self.state.progress.evaluated_step

    def _facts(self) -> Facts:
        return Facts(
            step=self.state.step,
            attempt=self.checkpoints.attempt if self.checkpoints else 0,
            device=self.setup.machine.device_name,
            threads=self.setup.machine.threads,
            precision=self.setup.machine.precision.name,
            devices=self.setup.team.size,
            versions=self.setup.versions,
            evaluated=self.state.step == self.state.progress.evaluated_step,
        )

    def _alert(self, sentence: str, loaded: Loaded | None) -> Alert:
        if loaded:
            then = f"the run goes on from the one at step {self.state.step}"
        else:
            then = (
                f"no good one is left, so the run begins again at step {self.state.step}; "
                "the damaged ones stay"
            )
        return Alert(
            level="warning" if loaded else "error",
            code="checkpoint-damaged",
            message=f"{sentence}; {then}",
            step=self.state.step,
        )


def _exactness(manifest: Manifest, now: Facts) -> Resumed:
    """Bit for bit only where sums are formed in the same order: same torch, device, threads."""
    then = manifest.facts
    pairs = {
        "torch": (then.versions.get("torch", "unknown"), now.versions["torch"]),
        "the device": (then.device, now.device),
        "the number of threads": (then.threads, now.threads),
        "the precision": (then.precision, now.precision),
        "the number of devices": (then.devices, now.devices),
    }
    changed = [f"{what} was {old} and is {new}" for what, (old, new) in pairs.items() if old != new]
    return ("best-effort", "; ".join(changed)) if changed else ("exact", "")


def _refuse_no_folder(config: RunConfig) -> None:
    if config.start:
        sentence = "this run begins from a checkpoint in its folder; give its folder"
        raise SettingsError([Problem("start", sentence)])


def _no_start(start: Start, error: Damaged) -> str:
    return (
        f"the checkpoint this run begins from, {start.place()} of run {start.run}, cannot be used: "
        f"{error}. Where several machines train, all need the same TRAINYARD_STORE; "
        "else fork once more, perhaps from another checkpoint"
    )


def refuse_other_settings(old: RunConfig, new: RunConfig) -> None:
    before, after = _decisive(old), _decisive(new)
    differing = [path for path in before | after if before.get(path) != after.get(path)]
    choices = [path for path in differing if path.endswith(".kind")]
    # Another choice has other settings: naming the choice says it all.
    differing = [
        path
        for path in differing
        if path in choices or not any(path.startswith(kind[:-4]) for kind in choices)
    ]
    if differing:
        raise SettingsError(
            [
                Problem(
                    path.removesuffix(".kind"),
                    f"the folder holds a run with {before.get(path)}, not {after.get(path)}; "
                    "use its settings to go on with it, or choose another folder",
                )
                for path in differing
            ]
        )


def _decisive(config: RunConfig) -> dict[str, Any]:
    """Every setting that decides the weights, by path: not names, place of training or alerts."""
    tree = config.to_dict()
    del tree["name"], tree["hardware"], tree["alerts"], tree["training"]["checkpoint_seconds"]
    return _leaves(tree, "")


def _leaves(tree: dict[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        found |= _leaves(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return found


def keeper_of(setup: Setup, state: TrainState, folder: Path | None, attempt: int) -> Keeper:
    """A keeper of `folder/checkpoints`."""
    checkpoints = Checkpoints(folder / "checkpoints", attempt) if folder else None
    return Keeper(setup, state, checkpoints)
