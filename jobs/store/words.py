"""What an attempt says of the store while it copies."""

from __future__ import annotations

from pathlib import Path

NOT_TOLD = "Redis does not have the points before it yet"
BUSY = "the worker still copies what an earlier attempt left behind"


def away(why: str) -> str:
    """Of a store that does not answer."""
    return (
        f"the checkpoints are not copied to the store: {why}; the training goes on and they "
        "are kept on this machine; it is tried again until it works"
    )


def back(seconds: float) -> str:
    """Of one that answers again."""
    return f"the store has the newest checkpoint again after {seconds:,.0f} s"


def behind(folder: Path, why: str) -> str:
    """Of one that did not answer before the end of the run."""
    return (
        f"the newest checkpoint is on this machine alone, in {folder}: {why}; a worker of this "
        "machine copies it when the store answers, and an attempt on this machine goes on from it"
    )
