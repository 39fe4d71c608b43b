"""What `trainyard.init` returns where there is nothing to write."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal

Reason = Literal["completed", "stopped", "failed"]


class Silent:
    """Stands for a run where there is none to write: another rank, or a folder that is not ours."""

    id, name, stop_requested = "", "", False

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    def log(self, values: Mapping[str, object], step: int | None = None) -> None:
        """Does nothing."""

    def finish(self, reason: Reason | None = None, message: str = "") -> None:
        """Does nothing."""

    def fail(self, error: BaseException, trace: TracebackType | None = None) -> None:
        """Does nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        """Does nothing."""
