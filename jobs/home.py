"""Where everything lives on disk: `TRAINYARD_HOME`, by default `./var`."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from engine.shared import shared_folder


class HomeUnusable(OSError):
    """The folder cannot be made or written. `str()` says which, why and what to do."""

    def __str__(self) -> str:
        return (
            f"The folder {self.filename} cannot be used ({self.strerror}). "
            "Name another one in TRAINYARD_HOME."
        )


@dataclass(frozen=True)
class Home:
    """The paths under one Trainyard's state folder. Ids, never names, become path parts."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """`TRAINYARD_HOME`, or `./var` beside the working directory."""
        return cls(Path(os.environ.get("TRAINYARD_HOME", "var")).resolve())

    def create(self) -> Home:
        """Makes the folder, readable by its owner only, and returns itself.

        Raises HomeUnusable.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise HomeUnusable(error.errno, error.strerror, str(self.root)) from error
        if not os.access(self.root, os.W_OK):
            raise HomeUnusable(errno.EACCES, os.strerror(errno.EACCES), str(self.root))
        return self

    @property
    def redis(self) -> Path:
        """The embedded server's folder: its file, log, lock and `endpoint.json`."""
        return self.root / "redis"

    @property
    def database(self) -> Path:
        """The SQLite history database, used unless `TRAINYARD_DATABASE_URL` names another."""
        return self.root / "history.sqlite"

    @property
    def cache(self) -> Path:
        """Parsed data sets and other things that can be made again."""
        return self.root / "cache"

    @property
    def data(self) -> Path:
        """People's own tables, a folder each, called by their digests.

        `TRAINYARD_STORE` may put them on the disk that several machines share, beside the runs.
        """
        shared = shared_folder()
        return (shared.resolve() if shared else self.root) / "data"

    @property
    def logs(self) -> Path:
        """What the processes of `./trainyard up` printed."""
        return self.root / "logs"

    @property
    def token(self) -> Path:
        """The login token of this Trainyard (mode 0600)."""
        return self.root / "token"

    def run(self, run_id: str) -> Path:
        """A run's folder, shared by its attempts: `journal/`, `checkpoints/`, `output.log`.

        `TRAINYARD_STORE` may put the folders of all runs on a disk that several machines share;
        where it is an address (`jobs/store/`), what others need of them is copied there.
        """
        return (shared_folder() or self.root / "runs") / run_id
