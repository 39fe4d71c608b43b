"""Folds events into the columns of `runs` and `attempts`. Pure: rows in, changes out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.events import Changed, CrossValidation, Evaluation, Finished, Held, Started, Steps
from engine.loop.best import COUNTS_MOST
from jobs.events import Began, Claimed, Ended, Measured, Record
from jobs.own.scores import better, scored


@dataclass
class Fold:
    """What a batch of one attempt's events changes; begins with the rows as they stand."""

    run: Mapping[str, Any]
    attempt: Mapping[str, Any]
    run_changes: dict[str, Any] = field(default_factory=dict)
    attempt_changes: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Record) -> None:
        """Takes one event, in the order of the stream."""
        if isinstance(event, Steps | Measured):
            self._steps(event)
        elif isinstance(event, Evaluation):
            self._evaluation(event)
        elif isinstance(event, CrossValidation):
            self.run_changes["test"] = json.dumps(event.means)
            self.run_changes["deviations"] = json.dumps(event.deviations)
        elif isinstance(event, Started | Began):
            self._started(event)
        elif isinstance(event, Changed) and not event.refused:
            self.run_changes.update(total_steps=event.total_steps, epochs=event.epochs)
        else:
            self._stand(event)

    def _stand(self, event: Record) -> None:
        """What says only where the attempt stands."""
        if isinstance(event, Claimed):
            self.attempt_changes.update(
                worker=event.worker,
                machine=event.machine,
                device=event.device,
                claimed=event.time,
            )
        elif isinstance(event, Held):
            self.attempt_changes["held"] = event.why
        elif isinstance(event, Finished | Ended):
            self._over(event)

    def _started(self, event: Started | Began) -> None:
        if isinstance(event, Began):
            self.run_changes.update(total_steps=event.total_steps)
            self.attempt_changes.update(
                started=event.time, resume_step=event.step, last_step=event.step
            )
            return
        self.run_changes.update(
            task=event.task,
            parameters=event.parameters,
            total_steps=event.total_steps,
            epochs=event.epochs,
            step=event.step,
            fold=event.fold,
        )
        if self._now("started") is not None:
            return  # the next fold begins: how the attempt began is known
        self.attempt_changes.update(
            started=event.time,
            device=event.device,
            device_name=event.device_name,
            resumed=event.resumed,
            resume_note=event.resume_note,
            resume_step=event.step,
            last_step=event.step,
        )

    def _steps(self, event: Steps | Measured) -> None:
        self.attempt_changes.update(last_step=event.step)
        if isinstance(event, Steps):
            self.run_changes.update(step=event.step, epoch=event.epoch, fold=event.fold)
            return
        step = self.run_changes.get("step", self.run["step"])
        self.run_changes.update(step=max(step, event.step))
        name, values = scored(event.metrics)
        for value in values:
            best = self._best(name)
            if math.isfinite(value) and (best is None or better(name, value, best)):
                self.run_changes.update(best_metric=name, best_value=value)

    def _evaluation(self, event: Evaluation) -> None:
        if event.split == "test":
            if not event.fold:
                self.run_changes["test"] = json.dumps(event.metrics)
            return
        self.run_changes["epoch"] = event.epoch
        name = next((each for each in COUNTS_MOST if each in event.metrics), None)
        if name is None or not math.isfinite(event.metrics[name]):
            return
        value, best = event.metrics[name], self._best(f"validation/{name}")
        if best is None or (value < best if name == "loss" else value > best):
            self.run_changes.update(best_metric=f"validation/{name}", best_value=value)

    def _best(self, metric: str) -> float | None:
        current = {**self.run, **self.run_changes}
        return current["best_value"] if current["best_metric"] == metric else None

    def _over(self, event: Finished | Ended) -> None:
        if isinstance(event, Finished):
            # The last word, also after `ended`: the recorder gives up on a crash loop that way.
            self._end(event.time, event.reason, event.message)
        elif self._now("ended") is None:
            known = event.exit_code is not None or event.signal is not None
            self._end(event.time, "crashed" if known else "lost", event.cause)

    def _end(self, time: float, reason: str, cause: str) -> None:
        self.attempt_changes.update(ended=time, reason=reason, cause=cause)

    def _now(self, column: str) -> Any:
        return self.attempt_changes.get(column, self.attempt[column])
