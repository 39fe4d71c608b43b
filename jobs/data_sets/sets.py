"""What people do with their own data: add, list, find, rename, delete. Pages and command line use
only this.
"""

from __future__ import annotations

import builtins
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.data.own.facts import extent
from jobs.data_sets.data_set import (
    DataSet,
    InUse,
    NotStored,
    UnknownDataSet,
    checked_name,
    refusal,
    storable,
)
from jobs.data_sets.finding import fitting, in_use, unknown
from jobs.data_sets.pending import Choices, Pending, Progress, reading
from jobs.data_sets.place import Place
from jobs.history import History
from jobs.history import data_sets as rows
from jobs.home import Home
from jobs.ids import new_id
from jobs.store.address import StoreUnusable
from jobs.store.removal import forget_data
from jobs.store.store import StoreAway

if TYPE_CHECKING:
    from jobs.yard import Yard

TRIES = 20
"""at a version that others take at the same moment"""

LOG = logging.getLogger(__name__)
_NOTHING = Choices()


@dataclass(frozen=True)
class DataSets:
    """The data sets of one Trainyard."""

    home: Home
    history: History

    @classmethod
    def of(cls, yard: Yard) -> DataSets:
        """Those of a yard that is open."""
        return cls(yard.home, yard.history)

    def list(self) -> list[DataSet]:
        """All versions of all, the newest first."""
        with self.history.reading() as connection:
            return self._views(rows.every(connection))

    def get(self, data_set_id: str) -> DataSet:
        """The one with that id. Raises UnknownDataSet."""
        with self.history.reading() as connection:
            found = rows.find(connection, data_set_id)
        if found is None:
            raise UnknownDataSet(unknown(data_set_id))
        return self._view(dict(found))

    def versions(self, name: str) -> builtins.list[DataSet]:
        """All versions of exactly that name, the newest first; empty when there is none."""
        with self.history.reading() as connection:
            return self._views(rows.named(connection, name))

    def with_digest(self, digest: str) -> builtins.list[DataSet]:
        """Those with that content, the newest first: what `data.table` and its like name."""
        with self.history.reading() as connection:
            return self._views(rows.with_digest(connection, digest))

    def find(self, text: str) -> DataSet:
        """By name (its newest version), `name@version`, or the beginning of an id or digest.

        Raises UnknownDataSet.
        """
        with self.history.reading() as connection:
            found = self._views(fitting(connection, text))
        if not found:
            raise UnknownDataSet(unknown(text))
        # Several versions of the same content are the same table.
        if len({each.digest for each in found}) > 1:
            some = ", ".join(f"{each.name}@{each.version}" for each in found[:4])
            raise UnknownDataSet(f"{text!r} fits several data sets ({some}). Give more of the id.")
        return found[0]

    def read(
        self,
        path: Path,
        choices: Choices = _NOTHING,
        *,
        file_name: str | None = None,
        progress: Progress | None = None,
    ) -> AbstractContextManager[Pending]:
        """Reads a file, to be looked at and then kept or not. `file_name` is what people call it.

        Raises NotStored, DataSetError, and Refused when it cannot be trusted.
        """
        name = path.name if file_name is None else file_name
        return reading(self, path, choices, storable(name), progress or _untold)

    def add(
        self,
        path: Path,
        name: str | None = None,
        choices: Choices = _NOTHING,
        *,
        file_name: str | None = None,
        progress: Progress | None = None,
    ) -> DataSet:
        """Reads a file and keeps it, whatever conversions lose. Raises as `read` does."""
        if name is not None:
            checked_name(name)
        with self.read(path, choices, file_name=file_name, progress=progress) as pending:
            return pending.keep(name)

    def keep(self, pending: Pending, name: str) -> DataSet:
        """Makes a pending table a data set: the folder appears and a row says its name."""
        row = _row(pending, checked_name(name))
        place = Place(self.home.data)
        try:
            with place.changing(pending.digest, self.known):
                place.appear(pending.folder, pending.digest)
                self._numbered(
                    row["name"], lambda c, version: rows.add(c, {**row, "version": version})
                )
        except OSError as error:
            raise refusal(f"{name} cannot be kept", error) from error
        return self.get(row["id"])

    def rename(self, data_set: DataSet, name: str) -> DataSet:
        """Gives one version another name; where that is taken, the next version of it.

        Raises DataSetError.
        """
        new = checked_name(name)
        self.get(data_set.id)
        if new != data_set.name:
            self._numbered(new, lambda c, version: rows.rename(c, data_set.id, new, version))
        return self.get(data_set.id)

    def delete(self, data_set: DataSet) -> None:
        """Removes one version; its folder goes with the last one that has this content.

        Raises InUse while a run that is not over reads it, and UnknownDataSet when it is gone.
        """
        self.get(data_set.id)
        place = Place(self.home.data)
        try:
            with (
                place.create().changing(data_set.digest, self.known),
                self.history.writing() as connection,
            ):
                # Before the runs are looked at: one that is being launched holds these rows.
                rows.held(connection, data_set.digest)
                if users := rows.users(connection, data_set.digest):
                    raise InUse(in_use(data_set, users))
                rows.remove(connection, data_set.id)
        except OSError as error:
            raise refusal(f"{data_set.name} cannot be deleted", error) from error
        if not self.known(data_set.digest):
            self._forget(data_set)

    def _forget(self, data_set: DataSet) -> None:
        """Out of the store too; where that cannot be, it only takes room there."""
        try:
            forget_data(data_set.digest)
        except (StoreAway, StoreUnusable) as error:
            LOG.warning("%s stays in the store: %s", data_set.name, error)

    def folder(self, data_set: DataSet) -> Path:
        """Where what it is made of lies."""
        return data_set.folder

    def original(self, data_set: DataSet) -> Path:
        """The file as it came. Raises NotStored where it was not to be kept."""
        path = data_set.folder / "original"
        if not data_set.original:
            raise NotStored(
                f"The file of {data_set.name} was not kept, because columns were dropped or hashed."
            )
        if not path.is_file():
            raise NotStored(f"{path} is not there. Is the disk of TRAINYARD_STORE there?")
        return path

    def known(self, digest: str) -> bool:
        """Whether any data set has that content."""
        with self.history.reading() as connection:
            return bool(rows.with_digest(connection, digest))

    def _numbered(self, name: str, write: Callable[[Connection, int], None]) -> None:
        """Writes with the next version of the name; another may take it at the same moment."""
        for left in reversed(range(TRIES)):
            try:
                with self.history.writing() as connection:
                    write(connection, rows.next_version(connection, name))
                return
            except IntegrityError:
                if not left:
                    raise

    def _view(self, row: Mapping[str, Any]) -> DataSet:
        return DataSet.of(row, self.home.data)

    def _views(self, found: builtins.list[Any]) -> builtins.list[DataSet]:
        return [self._view(row) for row in found]


def _row(pending: Pending, name: str) -> dict[str, Any]:
    rows_or_images, columns_or_classes = extent(pending.facts)
    return {
        "id": new_id(),
        "name": name,
        "digest": pending.digest,
        "file_name": pending.file_name,
        "bytes": pending.bytes,
        "created": time.time(),
        "format": pending.facts.format,
        "rows": rows_or_images,
        "columns": columns_or_classes,
        "dropped": json.dumps(pending.choices.drop),
        "hashed": json.dumps(pending.choices.hash),
    }


def _untold(_share: float) -> None:
    """Nobody watches."""
