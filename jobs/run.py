"""`Run`: everything the pages and the command line say about one run, read in one query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.config import RunConfig
from engine.loop.best import COUNTS_MOST
from jobs.own.spec import Script, read_script
from jobs.settings import read_settings
from jobs.status import Facts, Status, judge


@dataclass(frozen=True)
class Run:
    """One run as the history knows it. Times are unix seconds."""

    id: str
    name: str
    config: RunConfig
    status: Status
    cause: str
    """one sentence about the status; empty when it speaks for itself"""
    created: float
    started: float | None
    """first training step of the first attempt"""
    ended: float | None
    """set only when nothing more will happen"""
    desired: str
    """`running`, `paused` or `stopped`"""
    attempt: int
    """the newest one; 0 when no worker has taken the run yet"""
    attempts: int
    machine: str
    worker: str
    device: str
    device_name: str
    task: str
    parameters: int | None
    step: int
    total_steps: int | None
    epoch: int
    epochs: int | None
    best: tuple[str, float] | None
    """name and value of the best validation metric so far"""
    test: dict[str, float]
    """metrics of the test part; empty before the end. Of folds their means, once one is done"""
    deviations: dict[str, float]
    """sample standard deviations over the folds, once two are done; empty without folds"""
    fold: int
    """the fold that trains, or trained last; 0 without folds"""
    origin: str | None
    """the run it was launched again from"""
    resumed: str
    """`exact`, `best-effort` or empty, of the newest attempt"""
    resume_note: str
    """why a resume is only best-effort"""
    diverged_step: int | None
    """first step that a later attempt repeated with another value"""
    tags: tuple[str, ...] = ()
    """what people call it beside its name, sorted"""
    notes: str = ""
    """any text of people"""
    pinned: bool = False
    """whether it stands above the others in a list"""
    archived: bool = False
    """whether lists leave it out unless they are asked for it"""
    removal: float | None = None
    """of a deleted run: when it is removed for good; None for all others"""
    fork_of: str | None = None
    """the run whose checkpoint it began from"""
    fork_step: int | None = None
    """how many steps of that run were behind the checkpoint"""
    priority: int = 0
    """the higher, the sooner; runs of one priority in the order of their launch, or as moved"""
    devices: int = 1
    """how many it needs at once"""
    script: Script | None = None
    """of a person's own script, whose settings are in there; `config` is the default then"""
    worked: float = 0.0
    """seconds that its attempts trained, without the one that goes on"""
    since: float | None = None
    """first training step of the attempt that goes on"""

    @property
    def deleted(self) -> bool:
        """Whether somebody deleted it; it can be had back until `removal`."""
        return self.removal is not None

    @property
    def diverged(self) -> bool:
        """Whether a replayed step came out differently."""
        return self.diverged_step is not None

    @property
    def folds(self) -> int:
        """How many folds it trains; 0 for a run that is one training."""
        split = self.config.data.split
        return split.trainings if split.every_fold else 0

    @property
    def what(self) -> str:
        """What trains on what, or which script."""
        if self.script is not None:
            return self.script.script or "a script"
        return f"{self.config.model.title} on {self.config.data.title}"

    @property
    def given(self) -> RunConfig | dict[str, Any]:
        """The settings: ours, or what a person's own script named as its own."""
        return self.config if self.script is None else self.script.config

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as JSON, whosever they are."""
        return self.config.to_dict() if self.script is None else self.script.config

    @property
    def result(self) -> tuple[str, float, float | None] | None:
        """What a list shows: name, value and deviation of what counts most.

        The best validation metric; of folds, once one is done, the mean of their tests.
        """
        name = next((each for each in COUNTS_MOST if each in self.test), None)
        if self.folds and name:
            return f"test/{name}", self.test[name], self.deviations.get(name)
        return (*self.best, None) if self.best else None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("finished", "failed", "stopped")

    @property
    def progress(self) -> float | None:
        """Share of the steps done, 0 to 1; None before the number of steps is known."""
        return min(1.0, self.step / self.total_steps) if self.total_steps else None

    def seconds(self, now: float) -> float | None:
        """How long it has trained, without pauses and waiting; None before the first step."""
        if self.started is None:
            return None
        return self.worked + (0.0 if self.since is None else max(0.0, now - self.since))


def view(
    row: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], tags: Sequence[str] = ()
) -> Run:
    """The `Run` of one row of `runs`, its rows of `attempts`, oldest first, and its tags."""
    last: Mapping[str, Any] = attempts[-1] if attempts else {}
    verdict = judge(Facts.of(row, attempts[-1] if attempts else None))
    script = read_script(row["config"]) if row["source"] == "script" else None
    config, refused = (RunConfig(), "") if script else read_settings(row["config"])
    begun = [each for each in attempts if each["started"]]
    ended = last.get("ended") if attempts else row["created"]
    return Run(
        id=row["id"],
        name=row["name"],
        # A new name is for all that comes of the run, e.g. launching it again.
        config=config.model_copy(update={"name": row["name"]}),
        status=verdict.status,
        cause=f"{verdict.cause} {refused}".strip(),
        created=row["created"],
        started=begun[0]["started"] if begun else None,
        ended=ended if verdict.ended else None,
        desired=row["desired"],
        attempt=last.get("attempt", 0),
        attempts=len(attempts),
        machine=last.get("machine", ""),
        worker=last.get("worker", ""),
        device=last.get("device", ""),
        device_name=last.get("device_name", ""),
        task=row["task"] or "",
        parameters=row["parameters"],
        step=row["step"],
        total_steps=row["total_steps"],
        epoch=row["epoch"],
        epochs=row["epochs"],
        best=None if row["best_metric"] is None else (row["best_metric"], row["best_value"]),
        test=json.loads(row["test"]) if row["test"] else {},
        deviations=json.loads(row["deviations"]) if row["deviations"] else {},
        fold=row["fold"],
        origin=row["origin"],
        resumed=last.get("resumed", ""),
        resume_note=last.get("resume_note", ""),
        diverged_step=row["diverged_step"],
        tags=tuple(tags),
        notes=row["notes"],
        pinned=row["pinned"] is not None,
        archived=row["archived"] is not None,
        removal=row["removal"],
        fork_of=row["fork_of"],
        fork_step=row["fork_step"],
        priority=row["priority"],
        devices=row["devices"],
        script=script,
        worked=sum(max(0.0, each["ended"] - each["started"]) for each in begun if each["ended"]),
        since=begun[-1]["started"] if begun and begun[-1] is last and not last["ended"] else None,
    )
