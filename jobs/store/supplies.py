"""People's own data and pretrained models: put into the store when a run is launched that needs
them, fetched by whoever trains it into the cache of its home.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from engine.config import RunConfig
from engine.data.cache import cache_folder
from engine.data.own.places import DIGEST, FETCHED, folder_of
from engine.models.pretrained import FETCHED_FOLDER
from engine.problem import Problem, SettingsError
from engine.saving.manifest import Damaged
from jobs.store.address import StoreUnusable
from jobs.store.code import put_code
from jobs.store.parcels import CONTENTS, FILES, NotThere, fetch, sealed, send
from jobs.store.shelves import run_key
from jobs.store.store import Store, StoreAway

OWN_SETTINGS = ("table", "images", "corpus", "pairs")
"""of `data`, that name a digest"""

PRETRAINED = "pretrained"
"""file of a run in the store: the digest of the model that its settings name by a folder"""


def provide(configs: Mapping[str, RunConfig]) -> None:
    """Puts into the store of the environment, if there is one, what runs to be launched, by id,
    need of this machine.

    Raises SettingsError, at the setting, when that cannot be.
    """
    kept: dict[Path, str] = {}
    store: Store | None = None
    for run_id, config in configs.items():
        if not (own_data(config)[1] or model_folder(config) or config.code):
            continue
        try:
            store = store or Store.of_environment()
            if store is None:
                return
            _put(store, run_id, config, kept)
        except (StoreAway, StoreUnusable, OSError) as error:
            setting, _ = own_data(config)
            at = f"data.{setting}" if setting else "model" if config.code else "model.pretrained"
            sentence = f"it cannot be put into the store, from where workers fetch it: {error}"
            raise SettingsError([Problem(at, sentence)]) from error


def _put(store: Store, run_id: str, config: RunConfig, kept: dict[Path, str]) -> None:
    """`kept`: what this launch has put there already, and under which digest."""
    if not kept:
        store.make()
    _, digest = own_data(config)
    found = folder_of(digest, FETCHED) if digest else None
    if found and found[0] not in kept:
        keep(store, f"data/{digest}", found[0])
        kept[found[0]] = digest
    if config.code:
        put_code(store, config.code)
    if folder := model_folder(config):
        if folder not in kept:
            kept[folder] = keep_model(store, folder)
        store.write(f"{run_key(run_id)}/{PRETRAINED}", kept[folder].encode())


def keep(store: Store, key: str, folder: Path) -> None:
    """Copies a folder that never changes, unless the store has it. Raises StoreAway, OSError."""
    if not store.has(f"{key}/{CONTENTS}"):
        send(store, folder, key, (CONTENTS, sealed(folder)))


def keep_model(store: Store, folder: Path) -> str:
    """Copies a model's folder; the digest it lies under. Raises StoreAway and OSError."""
    seal = sealed(folder)
    digest = hashlib.sha256(seal).hexdigest()
    if not store.has(f"models/{digest}/{CONTENTS}"):
        send(store, folder, f"models/{digest}", (CONTENTS, seal))
    return digest


def missing(config: RunConfig) -> bool:
    """Whether the run may need something that is not on this machine."""
    _, digest = own_data(config)
    return bool(digest and folder_of(digest, FETCHED) is None) or _model_is_missing(config)


def bring(store: Store, run_id: str, config: RunConfig) -> Iterator[str]:
    """Fetches it; a sentence for each thing. What the store has not, the engine will miss.

    Raises StoreAway, and OSError where the disk of this machine refuses.
    """
    _, digest = own_data(config)
    if digest and folder_of(digest, FETCHED) is None:
        yield from _fetched(store, f"data/{digest}", cache_folder() / FETCHED / digest, "the data")
    if _model_is_missing(config):
        told = (store.read(f"{run_key(run_id)}/{PRETRAINED}") or b"").decode(errors="replace")
        if DIGEST.fullmatch(told):
            folder = cache_folder() / "models" / told
            if not folder.is_dir():
                yield from _fetched(store, f"models/{told}", folder, "the pretrained model")
            if folder.is_dir():
                os.environ[FETCHED_FOLDER] = str(folder)


def environment() -> dict[str, str]:
    """What other processes that train the run must know of it."""
    folder = os.environ.get(FETCHED_FOLDER)
    return {FETCHED_FOLDER: folder} if folder else {}


def own_data(config: RunConfig) -> tuple[str, str]:
    """Setting and digest of the data of one's own; empty without."""
    for name in OWN_SETTINGS:
        said = getattr(config.data, name, "")
        if isinstance(said, str) and DIGEST.fullmatch(said):
            return name, said
    return "", ""


def model_folder(config: RunConfig) -> Path | None:
    """The folder of this machine that the settings name as the pretrained model."""
    said = getattr(config.model, "pretrained", "")
    folder = Path(said).expanduser() if said else None
    return folder if folder and folder.is_dir() else None


def _model_is_missing(config: RunConfig) -> bool:
    said = str(getattr(config.model, "pretrained", ""))
    if not said or model_folder(config):
        return False
    return not (said.isidentifier() and find_spec(said))


def _fetched(store: Store, key: str, folder: Path, what: str) -> Iterator[str]:
    try:
        size = fetch(store, key, folder, FILES)
    except NotThere:
        return
    except Damaged as error:
        yield f"{what} in the store cannot be used: {error}"
    else:
        yield f"fetched {what} from the store: {size / 1e6:.1f} MB"
