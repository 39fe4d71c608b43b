"""New runs from a checkpoint of another one: from where, with which settings, which there are.

`runs.launch` puts the checkpoint into the new run's folder before anybody hears of the run, so what
becomes of the other one does no harm.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.config import RunConfig
from engine.events import Started
from engine.problem import Problem, SettingsError
from engine.saving.manifest import Damaged
from engine.saving.start import FOLDER, digest_of, settings_of, take_over
from engine.settings.fork import fork_problems, over_problems
from engine.settings.start import Start
from jobs.history import runs as rows
from jobs.home import Home
from jobs.run import Run
from jobs.services import checkpoints, runs
from jobs.services.checkpoints import Kept
from jobs.store import starts
from jobs.store.address import StoreUnusable
from jobs.store.removal import forget_run
from jobs.store.store import StoreAway
from jobs.yard import Yard

LONGEST_NAME = 80
"""letters, as `RunConfig.name` takes them"""

MOST_BEHIND = 20
"""forks of forks that are looked through"""

_FROM = re.compile(r", from step [\d,]+(?: of fold \d+)?$")


@dataclass(frozen=True)
class Point:
    """A checkpoint to begin from."""

    run: Run
    kept: Kept
    start: Start
    config: RunConfig
    """the settings in force there, under a name of its own; its plan is what was left of it"""


def point(yard: Yard, run: Run, at: str = "") -> Point:
    """That of a step, or of a name; the newest one when nothing is said.

    Raises NotPossible when it is not there, or cannot be read.
    """
    kept = checkpoints.find(yard, run, at)
    try:
        checkpoints.ready(kept)
        config, digest = settings_of(kept.folder), digest_of(kept.folder)
    except (Damaged, SettingsError) as error:
        raise runs.NotPossible(
            f"No run can begin from {kept.place()} of {run.name}: {error}."
        ) from error
    if kept.begins and run.config.start:
        start = run.config.start
    else:
        start = Start(
            run=run.id, step=kept.step, fold=kept.fold, checkpoint=kept.folder.name, digest=digest
        )
    plain = config.model_copy(update={"start": None, "name": name_of(run, kept)})
    return Point(run, kept, start, plain)


def name_of(run: Run, kept: Kept) -> str:
    """What a fork is called until somebody calls it otherwise: `<the run>, from step 1,200`."""
    place = f", from {kept.place()}"
    name = _FROM.sub("", run.name)
    room = LONGEST_NAME - len(place)
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + place


def lineage(yard: Yard, run: Run) -> list[Start]:
    """Where the run began, where that run began, and so on, as far as these runs are there."""
    found: list[Start] = []
    while (start := run.config.start) is not None and len(found) < MOST_BEHIND:
        try:
            run = runs.get(yard, start.run)
        except runs.UnknownRun:
            break
        found.append(start)
    return found


def read(yard: Yard, text: str) -> Point:
    """What `RUN@STEP`, `RUN@NAME` or `RUN` means. Raises UnknownRun and NotPossible."""
    try:
        return point(yard, runs.find(yard, text))
    except runs.UnknownRun:
        name, sign, at = text.rpartition("@")
        if not sign:
            raise
    return point(yard, runs.find(yard, name), at)


def problems(yard: Yard, start: Start, parent: RunConfig, config: RunConfig) -> list[Problem]:
    """Why a run with these settings cannot go on from there. `parent`: those in force there."""
    found = fork_problems(parent, config, start.step)
    if not found and (steps := _steps_per_epoch(yard, start)):
        found = over_problems(config, start.step, steps)
    return found


def of(yard: Yard, run_id: str) -> list[Run]:
    """The runs that began from a checkpoint of this one, the oldest first."""
    with yard.history.reading() as connection:
        return rows.forks(connection, run_id)


def at(begun: Sequence[Run], kept: Kept) -> list[Run]:
    """Those of the forks that began from that checkpoint."""
    place = (kept.folder.name, kept.fold)
    starts = [(run, run.config.start) for run in begun]
    return [run for run, start in starts if start and (start.checkpoint, start.fold) == place]


def provide(yard: Yard, run_id: str, config: RunConfig, origin: str | None) -> None:
    """Puts the checkpoint that `config` begins from into the folder of a run to be launched.

    Raises SettingsError when it is gone, damaged, or of no use under these settings.
    """
    start, folder = config.start, yard.home.run(run_id)
    if start is None:
        return
    if config.data.split.every_fold:
        sentence = "every fold is trained from its beginning; choose one with data.split.fold"
        raise SettingsError([Problem("data.split.folds", sentence)])
    try:
        begun = _take(yard, start, folder, origin)
        starts.share(yard.home, run_id, (start, origin), begun)
        if found := problems(yard, start, settings_of(begun), config):
            raise SettingsError(found)
    except (Damaged, OSError, StoreAway, StoreUnusable) as error:
        discard(yard, run_id)
        sentence = f"the checkpoint of {start.place()} cannot be used: {error}; choose another one"
        raise SettingsError([Problem("start", sentence)]) from error
    except SettingsError:
        discard(yard, run_id)
        raise


def discard(yard: Yard, run_id: str) -> None:
    """Removes the folder of a run that was not launched after all."""
    shutil.rmtree(yard.home.run(run_id), ignore_errors=True)
    with suppress(StoreAway, StoreUnusable):
        forget_run(run_id)


def _take(yard: Yard, start: Start, folder: Path, origin: str | None) -> Path:
    """A folder that has its settings: in that of the new run, or seen in the store."""
    for kept in _holding(yard.home, start, origin):
        with checkpoints.held(kept):
            if digest_of(kept.folder) == start.digest:
                take_over(kept.folder, folder)
                return folder / FOLDER
    if found := starts.find(yard.home, start, origin):
        return found[1]
    raise Damaged("it is not there any more. A run keeps its last two and those that are pinned")


def _holding(home: Home, start: Start, origin: str | None) -> Iterator[Kept]:
    """Where it may lie: in the run that wrote it, or where another run began from it."""
    written = checkpoints.at(home, start.run, start.checkpoint, start.fold)
    taken = [home.run(each) / FOLDER for each in (origin, start.run) if each]
    for folder in (written, *taken):
        if kept := checkpoints.read(folder, start.fold):
            yield kept


def _steps_per_epoch(yard: Yard, start: Start) -> int | None:
    """As the run told; data and size of a step are the same in its forks."""
    told = yard.history.records(start.run, ("started",))
    found = [Started.model_validate(each.body) for each in told]
    return next((each.steps_per_epoch for each in found if each.fold == start.fold), None)
