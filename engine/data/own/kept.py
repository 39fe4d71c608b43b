"""A data set of one's own on this machine, whatever it is made of, found by its digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Generic, TypeVar, cast

from pydantic import ValidationError

from engine.data.own.places import digests, folder_of
from engine.data.tables.facts import FACTS
from engine.spec import Spec

F = TypeVar("F", bound=Spec)


@dataclass(frozen=True)
class Kept(Generic[F]):
    """`stamp` tells it from one that was put in its place."""

    facts_are: ClassVar[type[Spec]]
    counted: ClassVar[str]
    """field of the facts without any of which there is nothing"""

    folder: Path
    stamp: int

    @property
    def facts(self) -> F:
        """What is known of it without opening it. Raises OSError and pydantic's ValidationError."""
        return cast("F", _facts(self.folder, self.stamp, self.facts_are))


K = TypeVar("K", bound=Kept)  # type: ignore[type-arg]  # of whatever facts


def readable(kind: type[K], digest: str, taken_in: str) -> K | None:
    """The one of this digest; None where it is not on this machine, damaged, or of another kind."""
    found = folder_of(digest, taken_in)
    if found is None:
        return None
    kept = kind(*found)
    try:
        return kept if getattr(kept.facts, kind.counted) else None
    except (OSError, ValidationError):
        return None


def listed(find: Callable[[str], K | None], extent: Callable[[K], str]) -> dict[str, str]:
    """Those of this machine by digest, the newest first, with the words of `extent`."""
    found = [each for digest in digests() if (each := find(digest)) is not None]
    return {
        each.folder.name: f"{each.folder.name[:8]} · {extent(each)}"
        for each in sorted(found, key=lambda each: each.stamp, reverse=True)
    }


@lru_cache(maxsize=128)
def _facts(folder: Path, stamp: int, facts_are: type[Spec]) -> Spec:  # noqa: ARG001
    return facts_are.model_validate_json((folder / FACTS).read_text(encoding="utf-8"))
