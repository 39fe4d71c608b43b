"""A file that `python -m engine` was given: read into the cache, and from there on a table."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.cache import cache_folder
from engine.data.own.stored import DIGEST, TAKEN_IN, stored
from engine.data.own_table import OwnTable
from engine.data.tables import Refused, read_table
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from engine.config import RunConfig


def taken_in(config: RunConfig) -> RunConfig:
    """The settings with the digest of a table in the place of a file's path.

    So the same words with a changed file are other settings, which a checkpoint tells apart.

    Raises:
        SettingsError: there is no such file, or it cannot be read as a table.
    """
    data = config.data
    if not isinstance(data, OwnTable) or not data.table or DIGEST.fullmatch(data.table):
        return config
    path = Path(data.table).expanduser()
    if not path.is_file():
        raise SettingsError([Problem("data.table", f"there is no file {path}")])
    try:
        digest = _read(path)
    except Refused as error:
        raise SettingsError([Problem("data.table", f"{path.name}: {error}")]) from error
    return config.model_copy(update={"data": data.model_copy(update={"table": digest})})


def _read(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    place = cache_folder() / TAKEN_IN / digest
    if stored(digest) is not None:
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=digest[:8], suffix=".tmp"))
    try:
        read_table(path, fresh, file_name=path.name)
        if not place.exists():  # e.g. another rank that reads the same file
            fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return digest
