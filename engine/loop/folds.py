"""A cross-validation as one run: which trainings it is made of, and how each is told.

Every fold is the run with `data.split.fold` set: the same bits as that fold alone. Its events get
the fold, and the step of the whole run.
"""

from __future__ import annotations

from typing import TypeVar

from engine.config import RunConfig
from engine.distributed.place import place_of_torchrun
from engine.events import (
    Alert,
    Changed,
    Checkpoint,
    CrossValidation,
    Evaluation,
    Event,
    Fact,
    Finished,
    Gradients,
    Log,
    Started,
)
from engine.loop.best import COUNTS_MOST, spoken
from engine.metrics.spread import plus_minus, spreads
from engine.problem import Problem, SettingsError
from engine.saving.ledger import Done, Ledger
from engine.settings.check import problems
from engine.settings.sizes import steps_from

AnyFact = TypeVar("AnyFact", bound=Fact)


def check_folds(config: RunConfig) -> int:
    """How many folds these settings train.

    Raises:
        SettingsError: they cannot be trained with.
    """
    found = problems(config)
    if place_of_torchrun().size > 1:
        found.append(
            Problem(
                "data.split.folds",
                "processes that torchrun started train one fold; choose it with data.split.fold, "
                "or let hardware.devices start the processes",
            )
        )
    if found:
        raise SettingsError(found)
    return config.data.split.trainings


class Teller:
    """Tells of the training of one fold as of a part of the run."""

    def __init__(self, config: RunConfig, ledger: Ledger, fold: int, *, first: bool) -> None:
        self.config, self.ledger, self.fold, self.first = config, ledger, fold, first
        self.begin, self.folds = ledger.begin, config.data.split.trainings
        self.where: dict[str, str] = {}
        self.test: dict[str, float] = {}
        self.end = Finished(reason="failed", message="it ended without a word")

    def tell(self, event: Event) -> list[Event]:
        """What the run says where the training of this fold says `event`; not its last word."""
        if isinstance(event, Finished):
            self.end = event
            return []
        if isinstance(event, Evaluation) and event.split == "test":
            self.test = event.metrics
        told = self._placed(event)
        self.ledger.remember(told)
        return [told]

    def failed(self) -> Finished | None:
        """The run's last word when this fold could not be trained."""
        if self.end.reason != "failed":
            return None
        message = f"fold {self.fold}: {self.end.message}"
        return self._placed(self.end.model_copy(update={"message": message}))

    def conclude(self) -> list[Event]:
        """The fold is done: that is written down, then told with the result so far."""
        tests = [*(each.test for each in self.ledger.done), self.test]
        found = spreads(tests)
        result = CrossValidation(
            step=self.begin + self.end.step,
            fold=self.fold,
            fold_begin=self.begin,
            done=len(tests),
            folds=self.folds,
            means={name: each.mean for name, each in found.items()},
            deviations={
                name: each.deviation for name, each in found.items() if each.deviation is not None
            },
        )
        alert = self.ledger.add(Done(steps=self.end.step, test=self.test, where=self.where), result)
        said = Log(message=f"fold {self.fold} of {self.folds}: {self.end.message}")
        words: list[Event] = [word for word in (alert, said) if word]
        here = {"step": self.end.step}
        return [*(self._placed(word.model_copy(update=here)) for word in words), result]

    def _placed(self, event: AnyFact) -> AnyFact:
        """The event at its place in the run."""
        change: dict[str, object] = {
            "fold": self.fold,
            "fold_begin": self.begin,
            "step": self.begin + event.step,
        }
        if isinstance(event, Started):
            change |= self._begun(event)
        elif isinstance(event, Changed):
            change["total_steps"] = self._whole(event.total_steps)
        elif isinstance(event, Gradients):
            change["steps"] = [self.begin + step for step in event.steps]
        elif isinstance(event, Checkpoint):
            change["name"] = f"fold-{self.fold}/{event.name}"
        elif isinstance(event, Log | Alert) and not event.message.startswith("fold "):
            change["message"] = f"fold {self.fold}: {event.message}"
        return event.model_copy(update=change)

    def _begun(self, event: Started) -> dict[str, object]:
        """The length of the whole run, and whether it is one that goes on."""
        self.where = {"torch": event.versions["torch"], "the device": event.device_name}
        change: dict[str, object] = {
            "folds": self.folds,
            "total_steps": self._whole(event.total_steps),
        }
        if self.first and self.begin and not event.resumed:
            change |= self._resumed()
        return change

    def _whole(self, steps: int) -> int:
        """Steps of the run, if this fold has so many."""
        return self.begin + steps_from(self.config, self.fold, steps)

    def _resumed(self) -> dict[str, object]:
        """Between two folds nothing is lost, but the next one may be trained elsewhere."""
        before = self.ledger.done[-1].where
        changed = [
            f"{what} was {before.get(what)} and is {now}"
            for what, now in self.where.items()
            if before.get(what) != now
        ]
        return {
            "resumed": "best-effort" if changed else "exact",
            "resume_note": "; ".join(changed),
        }


def finished(ledger: Ledger) -> Finished:
    """The last word of a run whose folds are all done."""
    found = spreads([fold.test for fold in ledger.done])
    name = next((each for each in COUNTS_MOST if each in found), None)
    message = f"all {len(ledger.done)} folds done"
    message += f": {spoken(name)} {plus_minus(*found[name])}" if name else ""
    return Finished(reason="completed", message=message, step=ledger.begin)
