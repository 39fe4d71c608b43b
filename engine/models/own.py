"""Models of the machine's owner: Python files in the folder that `TRAINYARD_MODELS` names.

Each file declares one class or more with a `kind`, settings and `build`, like the files beside
this one. They are read once, when a process starts; a file that cannot be taken is left out and
says why.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import stat
import sys
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from engine.data.card import Modality, Task
from engine.models.base import ModelSpec
from engine.models.code import digest

FOLDER = "TRAINYARD_MODELS"
PACKAGE = "trainyard_models"
HEAVY = frozenset({"torch", "transformers", "sklearn", "torchvision", "torchaudio"})
"""what takes seconds to import, in processes that never need it"""


class Refused(Exception):
    """A file, or a class in it, cannot be taken. The text says what to change."""


@dataclass(frozen=True)
class OwnModels:
    """The classes found, and the sentences about files that were not taken, by path."""

    models: tuple[type[ModelSpec], ...] = ()
    digest: str = ""
    """of the files that this process has read; empty without a folder"""
    refused: tuple[tuple[Path, str], ...] = ()


def own_models(taken: Iterable[str]) -> OwnModels:
    """All models of the owner's folder; none when no folder is named. `taken`: kinds in use."""
    given = os.environ.get(FOLDER)
    if not given:
        return OwnModels()
    folder = Path(given).expanduser()
    if not folder.is_dir():
        return OwnModels(refused=((folder, f"{FOLDER} names this folder, and there is none"),))
    kinds, models, refused = set(taken), list[type[ModelSpec]](), list[tuple[Path, str]]()
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith("_"):
            continue
        try:
            found = list(_models_of(path, kinds))
        except Refused as reason:
            refused.append((path, str(reason)))
        else:
            models += found
            kinds |= {kind_of(model) for model in found}
    return OwnModels(tuple(models), digest(folder), tuple(refused))


def kind_of(model: type[ModelSpec]) -> str:
    """The value of `kind` that chooses the class."""
    return str(model.model_fields["kind"].default)


def _models_of(path: Path, taken: set[str]) -> Iterator[type[ModelSpec]]:
    _refuse_unsafe(path)
    _refuse_heavy_imports(path)
    module = _imported(path)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, ModelSpec)
        and value.__module__ == module.__name__
        and "kind" in value.model_fields
    ]
    if not found:
        raise Refused(
            'it declares no model: write a class of ModelSpec with `kind: Literal["name"] = "name"`'
        )
    for model in found:
        _refuse_incomplete(model, taken)
        yield model


def _refuse_unsafe(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH:
        raise Refused(
            "everybody on this machine may write to it, and it would run as you; chmod o-w"
        )


def _refuse_heavy_imports(path: Path) -> None:
    """The dashboard reads these files too, and it must not wait for torch."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise Refused(f"it is not Python: {error}") from error
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        heavy = next((name for name in names if name.split(".")[0] in HEAVY), None)
        if heavy:
            raise Refused(
                f"line {node.lineno} imports {heavy} at the top, which every page would wait for; "
                "import it inside `build`, or put the module into a file like `_net.py` and "
                "import that inside `build`"
            )


def _imported(path: Path) -> ModuleType:
    """The module, as `trainyard_models.<name>`, so that it can import its neighbours."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(path.parent)]
        sys.modules[PACKAGE] = package
    spec = importlib.util.spec_from_file_location(f"{PACKAGE}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Refused("its name is no name of a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        # Whatever another person's code raises must not take the whole program with it.
        del sys.modules[spec.name]
        raise Refused(f"it cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _refuse_incomplete(model: type[ModelSpec], taken: set[str]) -> None:
    kind = kind_of(model)
    if kind in taken:
        raise Refused(f"class {model.__name__} calls itself {kind}, which another model is called")
    if not model.title:
        raise Refused(f'class {model.__name__} has no title; write `title = "My model"`')
    known = {"tasks": typing.get_args(Task), "modalities": typing.get_args(Modality)}
    for name, allowed in known.items():
        given = getattr(model, name, ())
        if not given or not set(given) <= set(allowed):
            raise Refused(
                f"class {model.__name__} needs {name}, a tuple of {', '.join(allowed)}; "
                f"{given!r} was given"
            )
    if getattr(model.build, "__isabstractmethod__", False):
        raise Refused(f"class {model.__name__} has no method `build(self, card)`")
