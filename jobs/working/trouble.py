"""What it means for a run that its training raised: another attempt, an end, and which words."""

from __future__ import annotations

import errno

from jobs.events import Ended


def is_fenced(error: Exception) -> bool:
    """Whether the engine refused because a later attempt owns the run's folder."""
    from engine.saving.fence import Fenced

    return isinstance(error, Fenced)


def is_unsaved(error: Exception) -> bool:
    """Whether the last checkpoint could not be written; the one before it is intact."""
    from engine.saving.checkpoint import CheckpointError

    return isinstance(error, CheckpointError)


def crash_of(error: Exception, step: int) -> Ended | None:
    """The end of an attempt whose other rank was killed: as that of a killed trainer, no failure.

    Nothing was saved for it: rank 0 stopped in the middle of a step.
    """
    from engine.distributed.crew import RankKilled

    if not isinstance(error, RankKilled):
        return None
    if error.code is not None and error.code < 0:
        return Ended(step=step, cause=str(error), signal=-error.code)
    return Ended(step=step, cause=str(error), exit_code=error.code)


def explain(error: Exception) -> str:
    """One sentence for people; the traceback stands in output.log."""
    from engine.distributed.crew import RankDied

    text = str(error).strip()
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        return (
            "Out of memory: the machine has no more to give. "
            "Choose a smaller batch size, a smaller model or less data."
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = error.filename or "the run's folder"
        return f"The disk is full ({where}). Free some space, then launch again."
    if isinstance(error, ValueError | RankDied) and text:
        return text
    return f"{type(error).__name__}: {text.splitlines()[0] if text else 'no message'}"
