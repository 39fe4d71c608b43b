"""A store whose n-th operation fails: the fault layer below `jobs/store/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from jobs.store.store import Store

PASSWORD = "hunter2"


class Broken(Exception):
    """What some library of storage might raise: no OSError, and it tells too much."""


class FailingFileSystem(LocalFileSystem):  # type: ignore[misc]
    """Counts what it is asked. At `fail_at`, or from there `onward`, it raises or writes a half."""

    protocol = "failing"
    cachable = False

    def __init__(self, fail_at: int = 0, *, onward: bool = False) -> None:
        super().__init__()
        self.fail_at, self.onward, self.asked = fail_at, onward, 0

    def _visit(self) -> None:
        self.asked += 1
        if self.asked == self.fail_at or (self.onward and self.asked > self.fail_at > 0):
            raise Broken(f"connection to sftp://ada:{PASSWORD}@host reset")

    def ls(self, path: str, detail: bool = False, **named: Any) -> Any:
        self._visit()
        return super().ls(path, detail=detail, **named)

    def info(self, path: Any, **named: Any) -> Any:
        self._visit()
        return super().info(path, **named)

    def cat_file(self, path: str, *words: Any, **named: Any) -> Any:
        self._visit()
        return super().cat_file(path, *words, **named)

    def pipe_file(self, path: str, value: bytes, **named: Any) -> None:
        try:
            self._visit()
        except Broken:
            super().pipe_file(path, value[: len(value) // 2], **named)
            raise
        super().pipe_file(path, value, **named)

    def put_file(self, path1: str, path2: str, callback: Any = None, **named: Any) -> None:
        try:
            self._visit()
        except Broken:
            Path(path2).write_bytes(Path(path1).read_bytes()[:-1])
            raise
        super().put_file(path1, path2, callback, **named)

    def cp_file(self, path1: str, path2: str, **named: Any) -> None:
        self._visit()
        super().cp_file(path1, path2, **named)

    def rm_file(self, path: str) -> None:
        self._visit()
        super().rm_file(path)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        self._visit()
        super().rm(path, recursive=recursive, maxdepth=maxdepth)


def failing(root: Path, fail_at: int = 0, *, onward: bool = False) -> tuple[Store, Any]:
    """A store of `root` and its layer."""
    fs = FailingFileSystem(fail_at, onward=onward)
    return Store(fs, str(root), f"sftp://ada:{PASSWORD}@host{root}"), fs
