"""The files of a model of one's own: put into the store when a run of it is launched, fetched by
whoever trains it and has other ones.

The settings name them by their SHA-256. So who can write to the store alone cannot have a machine
run something else: it would be called otherwise.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from engine.config import RunConfig
from engine.data.cache import cache_folder
from engine.models import OWN
from engine.models.code import digest, files
from engine.models.own import FOLDER
from engine.problem import Problem, SettingsError
from engine.saving.manifest import Damaged
from jobs.store.address import StoreUnusable, address
from jobs.store.parcels import CONTENTS, FILES, NotThere, fetch, sealed, send
from jobs.store.store import Store

CHANGED = "the files of this model have just been changed; launch the run again"


def with_code(config: RunConfig) -> RunConfig:
    """The settings with what the files of their model are called; none without a store.

    Raises SettingsError where that cannot be told.
    """
    code, folder = None, os.environ.get(FOLDER)
    try:
        if folder and type(config.model) in OWN.models and address():
            code = digest(Path(folder).expanduser())
    except (StoreUnusable, OSError) as error:
        sentence = f"its files cannot be put into the store: {error}"
        raise SettingsError([Problem("model", sentence)]) from error
    return config if code == config.code else config.model_copy(update={"code": code})


def put_code(store: Store, code: str) -> None:
    """Copies the files of that name, unless the store has them.

    Raises StoreAway, OSError, and SettingsError where they are others by now.
    """
    key = f"code/{code}"
    if store.has(f"{key}/{CONTENTS}"):
        return
    source = Path(os.environ.get(FOLDER, "")).expanduser()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for path in files(source):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / path, folder / path)
        if digest(folder) != code:
            raise SettingsError([Problem("model", CHANGED)])
        send(store, folder, key, (CONTENTS, sealed(folder)))


def code_here(code: str) -> Path | None:
    """The folder of this machine that has them, as they were launched."""
    own = os.environ.get(FOLDER)
    folders = [Path(own).expanduser()] if own else []
    return next((each for each in (*folders, _kept(code)) if _is(each, code)), None)


def fetch_code(store: Store, code: str) -> Path:
    """Fetches them into the cache of this home.

    Raises StoreAway and OSError; SettingsError where the store has them not, or others.
    """
    folder = _kept(code)
    try:
        fetch(store, f"code/{code}", folder, FILES)
        if not _is(folder, code):
            shutil.rmtree(folder)
            raise Damaged("they are not what was launched")
    except NotThere:
        why = "neither this machine nor the store has the files of this model as it was launched"
    except Damaged as error:
        why = f"the files of this model in the store cannot be used: {error}"
    else:
        return folder
    raise SettingsError([Problem("model", f"{why}; launch the run again where they are")])


def _kept(code: str) -> Path:
    return cache_folder() / "code" / code


def _is(folder: Path, code: str) -> bool:
    try:
        return digest(folder) == code
    except OSError:
        return False
