"""A run's curves as event files: whole, or growing while the run goes on.

A file is its own memory: what of a curve stands in it is read back when it is opened, a torn end
is cut off, and what is behind the last step of a curve is added. So neither a kill nor a resume
doubles or loses a point. Each fold has a folder of its own, which TensorBoard shows as a run.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from jobs.export.files import Pipe
from jobs.export.points import stretches
from jobs.export.tensorboard import events
from jobs.export.tensorboard.records import HEAD, TAIL, read
from jobs.history import History
from jobs.history.points import Points
from jobs.measures import apart, by_clock
from jobs.run import Run


@dataclass
class EventFile:
    """One file, open at its end. Raises OSError wherever it writes."""

    file: BinaryIO
    last: dict[str, tuple[int, float]] = field(default_factory=dict)
    """step and unix seconds of each curve's last point"""
    fresh: bool = False
    ended: bool = False

    @classmethod
    def open(cls, folder: Path, created: float) -> EventFile:
        """The file of this folder, made where there is none."""
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads files by name, and asks of a name only `tfevents`.
        path = folder / f"events.out.tfevents.{int(created)}.trainyard"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        opened = cls(os.fdopen(descriptor, "r+b"))
        opened._look_back(created)
        return opened

    def _look_back(self, created: float) -> None:
        size = 0
        for content in read(self.file):
            size += HEAD + len(content) + TAIL
            if (found := events.place(content)) is not None:
                tag, step, seconds = found
                self.last[tag] = (step, seconds)
            self.ended = self.ended or events.END in content
        self.file.seek(size)
        self.file.truncate()
        self.fresh = size == 0
        if self.fresh:
            self.file.write(events.version(created))

    def add(self, metric: str, points: Points) -> None:
        """What of the points comes behind the curve's last one."""
        step, seconds = self.last.get(metric, (-1, 0.0))
        news = points.seconds > seconds if by_clock(metric) else points.steps > step
        points = points.take(news)
        if len(points):
            self.file.write(events.scalars(metric, points))
            self.last[metric] = (int(points.steps[-1]), float(points.seconds[-1]))

    def close(self) -> None:
        """Everything is in the file."""
        self.file.close()


@dataclass
class RunFolder:
    """`folder` for the run, `folder/fold 2` for a fold of it."""

    folder: Path
    run: Run
    files: dict[int, EventFile] = field(default_factory=dict)

    def add(self, curves: Iterable[tuple[str, Points]]) -> None:
        """Adds what is new of each curve, named as in the history; TensorBoard sees it then."""
        touched = set()
        for name, points in curves:
            metric, fold = apart(name)
            self._of(fold).add(metric, points)
            touched.add(fold)
        for fold in touched:
            self.files[fold].file.flush()

    def end(self, run: Run) -> None:
        """Closes the files; the session of the HParams tab ends with the run."""
        if run.over and 0 in self.files and not self.files[0].ended:
            self.files[0].file.write(events.end(run.status, run.ended or run.created))
        for each in self.files.values():
            each.close()
        self.files.clear()

    def _of(self, fold: int) -> EventFile:
        if fold not in self.files:
            folder = self.folder / f"fold {fold}" if fold else self.folder
            opened = self.files[fold] = EventFile.open(folder, self.run.created)
            if opened.fresh and not fold:
                opened.file.write(b"".join(_about(self.run)))
        return self.files[fold]


def export(history: History, run: Run, folder: Path) -> None:
    """All there is of the run, now; what stands in the folder already is not written again."""
    target = RunFolder(folder, run)
    try:
        target.add([])
        target._of(0)
        target.add(stored(history, run.id))
    finally:
        target.end(run)


def zipped(history: History, run: Run) -> Iterator[bytes]:
    """The same as a zip, piece by piece, in a folder called by the run's id."""
    pipe = Pipe()
    with tempfile.TemporaryDirectory() as folder:
        export(history, run, Path(folder))
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(folder).rglob("events.*")):
                name = f"{run.id}/{path.relative_to(folder)}"
                with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as entry:
                    while block := file.read(1 << 20):
                        entry.write(block)
                        yield pipe.take()
    yield pipe.take()


def stored(history: History, run_id: str) -> Iterator[tuple[str, Points]]:
    """Every curve, piece by piece."""
    for name in history.metrics(run_id):
        for _, points in stretches(history, run_id, name):
            yield name, points


def _about(run: Run) -> Iterator[bytes]:
    """The run's name and settings as texts, and as hyperparameters."""
    settings = json.dumps(run.settings, indent=4, ensure_ascii=False)
    indented = "\n".join(f"    {line}" for line in settings.splitlines())
    yield events.text("settings", indented, run.created)
    yield events.text("run", f"    {run.name}\n    {run.what}", run.created)
    yield events.settings(dict(flat(run.settings)), run.id, run.created)


def flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Settings at dotted paths."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
