"""A run as it goes by on a terminal: one live line, and a line that stays for each evaluation."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from engine.events import (
    Alert,
    Changed,
    CrossValidation,
    Evaluation,
    Event,
    Finished,
    Log,
    Started,
    Steps,
)
from engine.metrics.spread import plus_minus

_COLOURS = {"info": "default", "warning": "yellow", "error": "red"}


class Screen:
    """Shows events as they come; a context manager, so that the cursor comes back."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self.task = self.progress.add_task("", total=None, epoch="1", numbers="")
        self.begun, self.first_step = time.monotonic(), 0

    def __enter__(self) -> Screen:
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.progress.stop()

    def show(self, event: Event) -> None:
        """One event, at most one line. Checkpoints pass in silence."""
        match event:
            case Started():
                self._start(event)
            case Steps():
                self._move(event)
            case Evaluation():
                numbers = "  ".join(f"{name} {value:.4g}" for name, value in event.metrics.items())
                fold = f"fold {event.fold}  " if event.fold else ""
                self._say(f"{fold}epoch {event.epoch:>3}  {event.split:<10}  {numbers}")
            case CrossValidation():
                self._say(_result(event))
            case Log() | Alert():
                self._say(event.message, _COLOURS[event.level])
            case Finished():
                colour = "red" if event.reason == "failed" else "green"
                self._say(f"{event.reason}: {event.message}", colour)
            case Changed():
                self._say(event.sentence(), "yellow" if event.refused else "cyan")

    def _start(self, event: Started) -> None:
        self.first_step, self.begun = event.step, time.monotonic()
        self.progress.update(self.task, total=event.total_steps, completed=event.step)
        fold = f"fold {event.fold} of {event.folds}: " if event.fold else ""
        counts = ", ".join(f"{count:,} {name}" for name, count in event.samples.items())
        self._say(
            f"{fold}{event.parameters:,} parameters on {event.device_name} ({event.device}); "
            f"samples: {counts}"
        )
        if event.resumed:
            note = f" ({event.resume_note})" if event.resume_note else ""
            self._say(f"goes on after step {event.step}: {event.resumed} resume{note}")

    def _move(self, event: Steps) -> None:
        speed = (event.step - self.first_step) / max(1e-9, time.monotonic() - self.begun)
        loss = event.metrics["train/loss"][-1]
        rate = event.metrics["train/learning_rate"][-1]
        numbers = f"loss {loss:.4g}  lr {rate:.3g}  {speed:,.0f} steps/s"
        place = f"{event.epoch} of fold {event.fold}" if event.fold else str(event.epoch)
        self.progress.update(
            self.task, completed=event.step, epoch=place, numbers=numbers, refresh=False
        )

    def _say(self, line: str, colour: str = "default") -> None:
        self.progress.console.print(f"[{colour}]{escape(line)}[/]", highlight=False)


def _result(event: CrossValidation) -> str:
    """The tests of the folds so far in one line."""
    numbers = "  ".join(
        f"{name} {plus_minus(mean, event.deviations.get(name))}"
        for name, mean in event.means.items()
    )
    return f"{event.done} of {event.folds} folds tested  {numbers}"
