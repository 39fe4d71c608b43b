"""One version of one data set, and what may be wrong with asking for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.own.facts import Facts, facts_of
from engine.data.tables import TableFacts
from jobs.data_sets.words import THESE_ARE

LONGEST_NAME = 200


class DataSetError(Exception):
    """Something about a data set that cannot be. The text says what, why and what to do."""


class UnknownDataSet(DataSetError, LookupError):
    """No data set, or more than one, fits what was given."""


class InUse(DataSetError):
    """A run that is not over needs it."""


class NotStored(DataSetError):
    """The file cannot be read, or the disk does not take it."""


@dataclass(frozen=True)
class DataSet:
    """A row of the history; the table, the images or the texts lie in `folder`."""

    id: str
    name: str
    version: int
    digest: str
    file_name: str
    bytes: int
    created: float
    format: str
    """`images`, `corpus`, `pairs`, or that of a table's file"""
    rows: int
    """of a table; images, lines or pairs"""
    columns: int
    """of a table; classes, characters, or 2"""
    dropped: tuple[str, ...]
    """columns that were left out when it was added"""
    hashed: tuple[str, ...]
    folder: Path

    @classmethod
    def of(cls, row: Mapping[str, Any], store: Path) -> DataSet:
        """From a row of `data_sets`."""
        lists = {name: tuple(json.loads(row[name])) for name in ("dropped", "hashed")}
        return cls(**{**row, **lists}, folder=store / row["digest"])

    @property
    def original(self) -> bool:
        """Whether the file is kept as it came; not where columns were to be kept from it."""
        return not self.dropped and not self.hashed

    @property
    def facts(self) -> Facts:
        """What the reader found.

        Raises NotStored when the folder is not there, e.g. on a disk that is not mounted.
        """
        try:
            return facts_of(self.folder)
        except OSError as error:
            raise NotStored(
                f"The data of {self.name} are not at {self.folder} ({error.strerror}). Is the disk "
                "of TRAINYARD_STORE there? Otherwise add the file again."
            ) from error

    @property
    def table(self) -> TableFacts:
        """The facts of a table. Raises NotStored as `facts`, DataSetError where it is none."""
        found = self.facts
        if not isinstance(found, TableFacts):
            raise DataSetError(
                f"{self.name}: {THESE_ARE[found.format].lower()}, not a table. What is known: "
                f"`./trainyard data show {self.name}`."
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        """For `--json`: what the history knows of it."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields |= {"dropped": list(self.dropped), "hashed": list(self.hashed)}
        return {**fields, "folder": str(self.folder), "original": self.original}


def storable(text: str) -> str:
    """The text without what a database does not take: a file's name may have any bytes."""
    return text.encode(errors="replace").decode().replace("\0", "?")


def refusal(what: str, error: OSError) -> NotStored:
    """A sentence of what the disk said."""
    said = ", ".join(str(each) for each in (error.strerror or error, error.filename) if each)
    return NotStored(f"{what}: {said}.")


def checked_name(name: str) -> str:
    """The name as it is stored. Raises DataSetError where it cannot be one."""
    name = name.strip()
    if not name:
        raise DataSetError("A data set needs a name: any text that is not empty.")
    if len(name) > LONGEST_NAME:
        raise DataSetError(
            f"The name has {len(name):,} characters; {LONGEST_NAME} are allowed. Shorten it."
        )
    if name != storable(name):
        raise DataSetError("The name has a character that is none; write it without it.")
    return name
