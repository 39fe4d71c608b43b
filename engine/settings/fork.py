"""What a fork may change: all that leaves the state of a checkpoint usable. No torch.

Data, model and optimizer made that state, so they stay but for what may change while a run trains
and what says `FORK` where it is declared. Everything else is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.config import RunConfig
from engine.events import Changed
from engine.problem import Problem
from engine.settings.live import after_all, in_order, is_live
from engine.settings.plan import write
from engine.spec import Spec

BOUND = ("data", "model", "optimizer")
"""the groups that the state of a checkpoint was made by"""
ALLOWED = (
    "A fork may change the learning rate, schedule, loss, epochs, regularisation, evaluations, "
    "alerts, seed and hardware"
)
ANEW = "to train that from the beginning, launch it again with changes"


def settings_at(config: RunConfig, changes: Sequence[Changed]) -> RunConfig:
    """The settings in force once these changes were made; the plan is what is left of it."""
    fold = config.data.split.fold or 0
    plan = [each for each in in_order(config.changes) if each.fold in (0, fold)]
    behind = sum(each.by == "plan" for each in changes)
    return after_all(config, changes).model_copy(update={"changes": plan[behind:]})


def fork_problems(parent: RunConfig, config: RunConfig, step: int) -> list[Problem]:
    """Why a training with these settings cannot go on from a checkpoint after `step` steps.

    `parent` are the settings in force there.
    """
    found = [
        problem
        for group in BOUND
        for problem in _differing(getattr(parent, group), getattr(config, group), group, group)
    ]
    return [*found, *_other_batches(parent, config), *_other_times(parent, config, step)]


def over_problems(config: RunConfig, step: int, steps_per_epoch: int) -> list[Problem]:
    """Why nothing would be left to train after `step` steps."""
    total = config.training.steps or steps_per_epoch * config.training.epochs
    if total > step:
        return []
    setting = "steps" if config.training.steps else "epochs"
    least = step + 1 if config.training.steps else step // steps_per_epoch + 1
    return [
        Problem(
            f"training.{setting}",
            f"these settings end after {total:,} steps and the fork begins after {step:,}: "
            f"give at least {least:,} {setting}, or fork from an earlier checkpoint",
        )
    ]


def judged_alike(parent: RunConfig, config: RunConfig) -> bool:
    """Whether what was best until now can be compared with what comes."""
    return parent.loss == config.loss and parent.training.best_by == config.training.best_by


def _differing(old: Any, new: Any, path: str, group: str) -> Iterator[Problem]:
    """Of another choice the choice alone: its settings are others because it is."""
    if type(old) is not type(new):
        yield _bound(path, _named(old), _named(new), group)
        return
    if not isinstance(old, Spec):
        if old != new:
            yield _bound(path, _written(old), _written(new), group)
        return
    if old.forkable:
        return
    for name, field in type(old).model_fields.items():
        extra = field.json_schema_extra
        free = is_live(field) or (isinstance(extra, dict) and bool(extra.get("fork")))
        if not free:
            inner = f"{path}.{name}"
            yield from _differing(getattr(old, name), getattr(new, name), inner, group)


def _bound(path: str, old: str, new: str, group: str) -> Problem:
    name = path.rpartition(".")[2].replace("_", " ")
    why = {
        "data": "learned from these data",
        "model": "are those of this model",
        "optimizer": "were moved by this optimizer, whose memory goes with them",
    }[group]
    sentence = (
        f"the weights of the checkpoint {why}, so {name} stays {old}; {new} was given. "
        f"{ALLOWED}; {ANEW}"
    )
    return Problem(path, sentence)


def _other_batches(parent: RunConfig, config: RunConfig) -> Iterator[Problem]:
    """The place in the data is counted in steps."""
    old, new = (each.training.batch_size * each.training.accumulation for each in (parent, config))
    if old != new and not config.optimizer.full_batch:
        yield Problem(
            "training.batch_size",
            f"a step learned from {old:,} samples (batch size times accumulation), and the place "
            f"in the data is counted in such steps; {new:,} was given. Keep the product; {ANEW}",
        )


def _other_times(parent: RunConfig, config: RunConfig, step: int) -> Iterator[Problem]:
    if config.schedule.explores and not parent.schedule.explores:
        yield Problem(
            "schedule",
            f"a range test begins with a run, not after step {step:,}; choose another schedule, "
            f"or {ANEW}",
        )
    for change in config.changes:
        if change.step < step:
            yield Problem(
                "changes",
                f"{change.words()}: the fork begins after step {step:,}, which is later; plan it "
                "from there on, or change the setting itself",
            )


def _named(value: Any) -> str:
    """What a choice is called; a group that is switched off is none."""
    if isinstance(value, Spec):
        return value.title or "on"
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value)) or "empty"
    plain = value is None or isinstance(value, bool | int | float | str)
    return write(value) if plain else str(value)
