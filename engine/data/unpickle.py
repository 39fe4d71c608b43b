"""Reads the few pickles of data that this project knows: the only file that may import pickle.

A pickle can call any function. Here it finds the names below and nothing else: arrays of NumPy,
and stand-ins that hold what pandas and SciPy had written, so that neither is imported.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.generic] | list[Any]


class UnknownContent(ValueError):
    """A pickle asks for something that a data set has no need of. It was not called."""


class Frame:
    """A `pandas.DataFrame` as it was pickled."""

    _mgr: Blocks

    def columns(self) -> dict[str, Column]:
        """Arrays of numbers; lists where pandas kept objects (texts; NaN or None is missing)."""
        found: dict[str, Column] = {}
        for values, places in self._mgr.blocks:
            for name, row in zip(self._mgr.names[places], values, strict=True):
                found[str(name)] = row.tolist() if row.dtype == object else row
        return {str(name): found[str(name)] for name in self._mgr.names}


class Blocks:
    """pandas' `BlockManager`: `blocks` of columns of one type, and the columns' `names`."""

    def __init__(self, blocks: tuple[Any, ...], axes: list[NDArray[np.object_]]) -> None:
        self.blocks: tuple[tuple[NDArray[Any], Any], ...] = blocks
        self.names = axes[0]


class Sparse:
    """A `scipy.sparse.csr_matrix` as it was pickled."""

    data: NDArray[Any]
    indices: NDArray[Any]
    indptr: NDArray[Any]
    _shape: tuple[int, int]

    def dense(self) -> NDArray[np.float32]:
        """The whole matrix `(rows, columns)`."""
        matrix = np.zeros(self._shape, np.float32)
        rows = np.repeat(np.arange(self._shape[0]), np.diff(self.indptr))
        matrix[rows, self.indices] = self.data
        return matrix


class Names:
    """pandas' `Index`, a name in pickles only."""


class Rows:
    """pandas' `RangeIndex`, a name in pickles only."""


def _index(kind: type, state: dict[str, Any]) -> NDArray[np.object_]:
    """The names of columns; of rows, which are numbered, nothing."""
    return state["data"] if kind is Names else np.empty(0, object)


def _block(values: NDArray[Any], places: Any, _dimensions: int) -> tuple[NDArray[Any], Any]:
    return values, places


_ARRAY: Any = np.empty(0)
# Asked for by an array itself: the functions' own places change with NumPy's versions.
_EMPTY_ARRAY: Callable[..., Any] = _ARRAY.__reduce__()[0]
_FILLED_ARRAY: Callable[..., Any] = _ARRAY.__reduce_ex__(5)[0]

ALLOWED: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        ("builtins", "slice"): slice,
        ("__builtin__", "list"): list,
        ("collections", "defaultdict"): defaultdict,
        ("numpy", "dtype"): np.dtype,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy.core.multiarray", "_reconstruct"): _EMPTY_ARRAY,
        ("numpy.core.numeric", "_frombuffer"): _FILLED_ARRAY,
        ("pandas._libs.internals", "_unpickle_block"): _block,
        ("pandas.core.frame", "DataFrame"): Frame,
        ("pandas.core.indexes.base", "Index"): Names,
        ("pandas.core.indexes.base", "_new_Index"): _index,
        ("pandas.core.indexes.range", "RangeIndex"): Rows,
        ("pandas.core.internals.managers", "BlockManager"): Blocks,
        ("scipy.sparse.csr", "csr_matrix"): Sparse,
    }
)
"""Module and name in a pickle, and what stands for it here."""


def unpickle(content: bytes, name: str) -> Any:
    """The object in `content`; `name` says in errors what was read.

    Raises:
        UnknownContent: it names something that is not in `ALLOWED`, or is damaged.
    """
    try:
        # latin1: NumPy's arrays in pickles of Python 2 carry their bytes as text.
        return _Reader(BytesIO(content), encoding="latin1").load()
    except UnknownContent as error:
        raise UnknownContent(f"{name} {error}; a data set has no need of that: not read") from None
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError) as error:
        raise UnknownContent(f"{name} is damaged ({error}); install or fetch it again") from error


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        try:
            return ALLOWED[module_name, global_name]
        except KeyError:
            raise UnknownContent(f"asks for {module_name}.{global_name}") from None
