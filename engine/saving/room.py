"""A run whose disk is full waits, and goes on by itself when there is room again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from engine.events import Alert, Event, Held, Log
from engine.saving.checkpoint import DiskFull, Saved

TRY_SECONDS = 1.0
"""between two tries; each tells the same alert again, so that whoever listens may end the run"""


def with_room(save: Callable[[], Saved | None], step: int) -> Generator[Event, None, Saved | None]:
    """What `save` answers, as soon as the disk takes it.

    Meanwhile the run stands still: steps that no checkpoint holds would be lost with the next
    crash, and most likely the disk holds the journal too.
    """
    alert, begun = None, time.monotonic()
    while True:
        try:
            saved = save()
        except DiskFull as full:
            # The same words each time: it is one alert, however often it is told.
            if alert is None:
                alert = _alert(full, step)
                yield Held(why=_sentence(full), step=step)
            yield alert
            time.sleep(TRY_SECONDS)
        else:
            if alert:
                seconds = time.monotonic() - begun
                message = f"there is room on the disk again after {seconds:,.0f} s; the run goes on"
                yield Log(message=message, step=step)
                yield Held(why="", step=step)
            return saved


def _sentence(full: DiskFull) -> str:
    return f"The disk is full: {full.need}. The run goes on by itself when there is room."


def _alert(full: DiskFull, step: int) -> Alert:
    message = (
        f"disk full: {full.need}; the run waits and goes on by itself when there is room; the "
        "checkpoint before this one is intact"
    )
    return Alert(level="error", code="disk-full", message=message, step=step)
