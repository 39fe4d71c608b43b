"""Event files of all runs while they train, in `tensorboard/` of each run's folder.

On where `TRAINYARD_TENSORBOARD=1`. The recorder calls it after each commit, so it writes what the
history says; when the disk refuses, recording goes on.
"""

from __future__ import annotations

import logging
import os
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from jobs.export.tensorboard.folder import RunFolder, stored
from jobs.history import History
from jobs.history.points import Points, join
from jobs.history.runs import find
from jobs.home import Home
from jobs.measures import measures
from jobs.recording.store import Heard

SETTING = "TRAINYARD_TENSORBOARD"
AGAIN_SECONDS = 60.0
"""after the disk refused"""

LOG = logging.getLogger(__name__)


@dataclass
class LiveFolders:
    """The folders of the runs that go on."""

    history: History
    home: Home
    on: bool = field(default_factory=lambda: os.environ.get(SETTING, "") not in ("", "0"))
    _folders: dict[str, RunFolder] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)
    _silent_until: dict[str, float] = field(default_factory=dict)

    def add(self, run_id: str, heard: Sequence[Heard]) -> None:
        """What was just stored."""
        if not self.on or time.monotonic() < self._silent_until.get(run_id, 0.0):
            return
        curves: dict[str, list[Points]] = defaultdict(list)
        newest = max(self._newest.get(run_id, 0), *(each.attempt for each in heard), 0)
        self._newest[run_id] = newest
        for each in heard:
            if each.attempt < newest:
                continue  # overtaken: the history has left it out, too
            for name, steps, seconds, values in measures(each.event):
                curves[name].append(Points.of(steps, seconds, values))
        try:
            self._of(run_id).add((name, join(parts)) for name, parts in curves.items())
        except OSError as error:
            LOG.warning("The event file of run %s cannot be written: %s", run_id, error)
            self._forget(run_id)
            self._silent_until[run_id] = time.monotonic() + AGAIN_SECONDS

    def keep(self, live: Collection[str]) -> None:
        """Closes the files of runs that are over."""
        for run_id in self._folders.keys() - set(live):
            self._forget(run_id)

    def _of(self, run_id: str) -> RunFolder:
        """Begun with everything that was stored before: this recorder may be a new one."""
        if run_id not in self._folders:
            with self.history.reading() as connection:
                run = find(connection, run_id)
            assert run is not None, "it was just stored"
            folder = RunFolder(self.home.run(run_id) / "tensorboard", run)
            self._folders[run_id] = folder
            folder.add(stored(self.history, run_id))
        return self._folders[run_id]

    def _forget(self, run_id: str) -> None:
        folder = self._folders.pop(run_id, None)
        if folder is None:
            return
        try:
            with self.history.reading() as connection:
                folder.end(find(connection, run_id) or folder.run)
        except OSError as error:
            LOG.warning("The event file of run %s is not whole: %s", run_id, error)
