"""The data sets that come along, by the name they are chosen by."""

from __future__ import annotations

from typing import get_args

from engine.data import Data
from engine.data.source import Source


def built_in() -> dict[str, type[Source]]:
    """The classes of the union `Data` by their `kind`, without those of one's own."""
    union = get_args(Data)[0]
    found = {each.model_fields["kind"].default: each for each in get_args(union)}
    return {kind: each for kind, each in found.items() if not each.own}
