"""The file that `data add` is given: on this machine, or fetched from another one first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.data_sets import DataSets
from jobs.data_sets.incoming import Incoming
from jobs.data_sets.remote.place import is_elsewhere


@contextmanager
def on_this_machine(given: str, sets: DataSets) -> Iterator[tuple[Path, str]]:
    """Where the file lies, and what people call it; a fetched one is gone at the end.

    Raises DataSetError.
    """
    if not is_elsewhere(given):
        yield Path(given), Path(given).name
        return
    # urllib3 takes 0.1 s, which only those who fetch are to wait for.
    from jobs.data_sets.remote import Allowed, fetch

    incoming = Incoming(sets.home.data)
    told = bar("fetching") if sys.stderr.isatty() else _untold
    upload_id = fetch(given, incoming, Allowed.from_environment(), told)
    try:
        upload = incoming.find(upload_id)
        assert upload is not None
        yield upload.path, upload.name
    finally:
        incoming.remove(upload_id)


def bar(doing: str) -> Callable[[float], None]:
    """`reading 43 %` on a terminal, one line."""

    def told(share: float) -> None:
        sys.stderr.write(f"\r{doing} {100 * share:3.0f} %" + ("\n" if share >= 1 else ""))
        sys.stderr.flush()

    return told


def _untold(_share: float) -> None:
    pass
