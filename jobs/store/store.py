"""Files at an address: the few things that are asked of `fsspec`, and what it may answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from engine.saving.failpoints import failpoint
from jobs.store.address import REAL_FOLDERS, address, check, secrets, shown

MARK = "trainyard-store"
"""a file in every store: without it a disk that is not mounted would look like an empty store"""

BLOCK_BYTES = 1 << 20


class StoreAway(Exception):
    """The store does not answer, or refuses. The text says why, without anything secret."""


@dataclass(frozen=True)
class Store:
    """One store. Keys are paths in it with slashes. Not for several threads at once."""

    fs: Any
    root: str
    url: str

    @classmethod
    def open(cls, url: str) -> Store:
        """That of an address, with a connection of its own.

        Raises StoreUnusable, and StoreAway where it connects at once and cannot.
        """
        check(url)
        # It takes 0.2 s to import, which nobody without a store shall wait for.
        import fsspec

        scheme = url.partition("://")[0]
        # Listings must be of this moment: other machines write there.
        options = {} if scheme in REAL_FOLDERS else {"use_listings_cache": False}
        with _asked(url):
            fs, root = fsspec.core.url_to_fs(url, skip_instance_cache=True, **options)
        return cls(fs, root.rstrip("/"), url)

    @classmethod
    def of_environment(cls) -> Store | None:
        """That of `TRAINYARD_STORE`; None without one. Raises as `open` does."""
        url = address()
        return cls.open(url) if url else None

    @property
    def shown(self) -> str:
        """Its address for people."""
        return shown(self.url)

    def found(self) -> bool:
        """Whether a Trainyard has made it a store."""
        return self.read(MARK) is not None

    def make(self) -> None:
        """Makes it a store, which only those do who launch: workers could meet an empty mount."""
        if not self.found():
            self.write(MARK, b"Of Trainyard: runs and data that its machines share.\n")

    def require(self) -> None:
        """Raises StoreAway where it is none."""
        if not self.found():
            raise StoreAway(
                f"{self.shown} is no store of a Trainyard yet: `./trainyard up` with the same "
                "TRAINYARD_STORE makes it one. If it was one, its disk is not mounted here."
            )

    def names(self, key: str) -> list[str]:
        """What lies in a folder; nothing where there is none."""
        with self._asked():
            try:
                found = self.fs.ls(self._path(key), detail=False)
            except FileNotFoundError:
                return []
        own = self._path(key)
        return [name for each in found if each.rstrip("/") != own if (name := _last(each))]

    def has(self, key: str) -> bool:
        """Whether there is a file."""
        with self._asked():
            return bool(self.fs.isfile(self._path(key)))

    def size(self, key: str) -> int | None:
        """Of a file in bytes; None without it."""
        with self._asked():
            try:
                return int(self.fs.info(self._path(key))["size"])
            except FileNotFoundError:
                return None

    def modified(self, key: str) -> float | None:
        """When a file was written, in unix seconds; None where this kind of store cannot tell."""
        try:
            with self._asked():
                return float(self.fs.modified(self._path(key)).timestamp())
        except (StoreAway, FileNotFoundError):
            return None

    def read(self, key: str) -> bytes | None:
        """A small file; None without it."""
        with self._asked():
            try:
                return bytes(self.fs.cat_file(self._path(key)))
            except FileNotFoundError:
                return None

    def write(self, key: str, content: bytes) -> None:
        """A small file, replaced where it is there."""
        with self._asked():
            self._make_folder(key)
            self.fs.pipe_file(self._path(key), content)

    def put(self, path: Path, key: str) -> None:
        """Copies a file of this machine there."""
        with self._asked():
            self._make_folder(key)
            self.fs.put_file(str(path), self._path(key))

    def blocks(self, key: str) -> Iterator[bytes]:
        """A file piece by piece. Raises FileNotFoundError."""
        with self._asked():
            file: BinaryIO = self.fs.open(self._path(key), "rb")
        with file:
            while block := self._block(file):
                yield block

    def copy(self, key: str, to: str) -> None:
        """Copies a file within the store. Raises FileNotFoundError."""
        with self._asked():
            self._make_folder(to)
            self.fs.cp_file(self._path(key), self._path(to))

    def remove(self, key: str) -> None:
        """Removes a file, if it is there."""
        with self._asked():
            try:
                self.fs.rm_file(self._path(key))
            except FileNotFoundError:
                return

    def remove_folder(self, key: str) -> None:
        """Removes a folder with all in it, if it is there."""
        with self._asked():
            try:
                self.fs.rm(self._path(key), recursive=True)
            except FileNotFoundError:
                return

    def _block(self, file: BinaryIO) -> bytes:
        with self._asked():
            return file.read(BLOCK_BYTES)

    def _make_folder(self, key: str) -> None:
        if self.url.partition("://")[0] in REAL_FOLDERS:
            self.fs.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)

    def _path(self, key: str) -> str:
        return f"{self.root}/{key}"

    def _asked(self) -> Any:
        return _asked(self.url)


@contextmanager
def _asked(url: str) -> Iterator[None]:
    """Whatever a library of somebody's storage raises is that the store is away, in one sentence.

    Raises StoreAway; FileNotFoundError passes.
    """
    try:
        failpoint("store.asked")
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001
        # Each of them has errors of its own, and none is more than: it did not work. Not
        # `from error`: a traceback would tell what `clean` takes out.
        raise StoreAway(f"{shown(url)}: {clean(url, error)}") from None


def clean(url: str, error: Exception) -> str:
    """What an error says, in one line without anything secret."""
    said = " ".join(str(error).split()) or "no message"
    for secret in sorted(secrets(url), key=len, reverse=True):
        said = said.replace(secret, "***")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {said[:300]}"


def _last(path: str) -> str:
    return str(path).rstrip("/").rpartition("/")[2]
