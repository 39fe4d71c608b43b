"""A file that `python -m engine` was given: read into the cache, and from there on a table, images,
a corpus or pairs.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.cache import cache_folder
from engine.data.folders import read_images, read_texts
from engine.data.folders import stored as stored_images
from engine.data.folders.facts import ORIGINAL
from engine.data.folders.recognise import held_by
from engine.data.image_folder import ImageFolder
from engine.data.lines import read_corpus, read_pairs
from engine.data.lines.stored import CORPORA_TAKEN_IN, PAIRS_TAKEN_IN
from engine.data.own import stored as stored_tables
from engine.data.own.places import DIGEST, folder_of
from engine.data.own_corpus import OwnCorpus
from engine.data.own_pairs import OwnPairs
from engine.data.own_table import OwnTable
from engine.data.tables import Refused, read_table
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from engine.config import RunConfig


def taken_in(config: RunConfig) -> RunConfig:
    """The settings with the digest of what was read in the place of a file's path.

    So the same words with a changed file are other settings, which a checkpoint tells apart.

    Raises:
        SettingsError: there is no such file, or it cannot be read.
    """
    data = config.data
    if isinstance(data, OwnTable):
        return _taken(config, "table", data.table, _table)
    if isinstance(data, ImageFolder):
        return _taken(config, "images", data.images, _images)
    if isinstance(data, OwnCorpus):
        return _taken(config, "corpus", data.corpus, _corpus)
    if isinstance(data, OwnPairs):
        return _taken(config, "pairs", data.pairs, _pairs)
    return config


def _taken(config: RunConfig, field: str, said: str, read: Callable[[Path], str]) -> RunConfig:
    if not said or DIGEST.fullmatch(said):
        return config
    path = Path(said).expanduser()
    if not path.is_file():
        raise SettingsError([Problem(f"data.{field}", f"there is no file {path}")])
    try:
        digest = read(path)
    except Refused as error:
        raise SettingsError([Problem(f"data.{field}", f"{path.name}: {error}")]) from error
    return config.model_copy(update={"data": config.data.model_copy(update={field: digest})})


def _table(path: Path) -> str:
    def read(fresh: Path) -> None:
        if held_by(path, path.name) == "texts":
            read_texts(path, fresh)
        else:
            read_table(path, fresh, file_name=path.name)

    return _made(path, stored_tables.TAKEN_IN, read)


def _images(path: Path) -> str:
    def read(fresh: Path) -> None:
        # Of the copy, which nobody changes in between.
        shutil.copyfile(path, fresh / ORIGINAL)
        read_images(fresh / ORIGINAL, fresh)

    return _made(path, stored_images.TAKEN_IN, read)


def _corpus(path: Path) -> str:
    def read(fresh: Path) -> None:
        read_corpus(path, fresh)

    return _made(path, CORPORA_TAKEN_IN, read)


def _pairs(path: Path) -> str:
    def read(fresh: Path) -> None:
        read_pairs(path, fresh, file_name=path.name)

    return _made(path, PAIRS_TAKEN_IN, read)


def _made(path: Path, taken_in: str, read: Callable[[Path], None]) -> str:
    """The digest of the file; what `read` writes into a fresh folder lies under it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if folder_of(digest, taken_in) is not None:
        return digest
    place = cache_folder() / taken_in / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=digest[:8], suffix=".tmp"))
    try:
        read(fresh)
        if not place.exists():  # e.g. another rank that reads the same file
            fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return digest
