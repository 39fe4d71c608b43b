"""Which settings may change while a run trains, and what a change makes of them. No torch.

Each says so where it is declared (`json_schema_extra=LIVE`); there is no list of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from engine.config import RunConfig
from engine.events import Changed
from engine.problem import Problem, SettingsError
from engine.settings.command import override
from engine.settings.plan import Change, Value, write
from engine.settings.strategy import strategy_problems
from engine.settings.tree import nested
from engine.spec import Spec


class Live(NamedTuple):
    """A setting of a run that may change, as it stands."""

    path: str
    field: FieldInfo
    value: Value


def live_settings(spec: Spec, prefix: str = "") -> Iterator[Live]:
    """All of them, in the order of the form."""
    for name, field in type(spec).model_fields.items():
        value, path = getattr(spec, name), f"{prefix}{name}"
        if isinstance(value, Spec):
            yield from live_settings(value, f"{path}.")
        elif is_live(field):
            yield Live(path, field, value)


def is_live(field: FieldInfo) -> bool:
    """Whether the setting may change while a run trains."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("live"))


def value_of(config: RunConfig, path: str) -> Value:
    """The setting's value; None below a group that is switched off."""
    found: Any = config
    for name in path.split("."):
        found = getattr(found, name, None)
    return found if isinstance(found, bool | int | float | str) else None


def changed(config: RunConfig, path: str, value: Value) -> RunConfig:
    """The settings from the step on at which `path` becomes `value`.

    Raises:
        SettingsError: it cannot change while a run trains, or not to that.
    """
    new = override(config, [f"{path}={write(value)}"])
    if path not in {each.path for each in live_settings(config)}:
        raise SettingsError([Problem(path, _fixed(config, path))])
    known = set(strategy_problems(config))
    if found := [problem for problem in strategy_problems(new) if problem not in known]:
        raise SettingsError(found)
    return new


def after_all(config: RunConfig, changes: Iterable[Changed]) -> RunConfig:
    """The settings after these changes, oldest first."""
    for each in changes:
        if not each.refused:
            config = changed(config, each.setting, each.after)
    return config


def plan_problems(config: RunConfig) -> Iterator[Problem]:
    """Every reason why the plan of changes cannot be followed; at most one of each change."""
    folds = config.data.split.folds or 0
    for change in config.changes:
        if change.fold > folds:
            what = f"there is no fold {change.fold}: the run has {folds or 'no'} folds"
            yield Problem("changes", f"{change.words()}: {what}")
    yield from _refused(config, config.changes)


def in_order(changes: Sequence[Change]) -> list[Change]:
    """By step; of one step as they were written, so that the last one stands."""
    return sorted(changes, key=lambda change: change.step)


def _refused(config: RunConfig, changes: Sequence[Change]) -> Iterator[Problem]:
    for change in in_order(changes):
        try:
            config = changed(config, change.setting, change.value)
        except SettingsError as error:
            message = "; ".join(problem.message for problem in error.problems)
            yield Problem("changes", f"{change.words()}: {message}")


def _fixed(config: RunConfig, path: str) -> str:
    """Why a setting that exists cannot change."""
    cls: type[Spec] = RunConfig
    node: Any = config
    for name in path.split("."):
        field, node = cls.model_fields[name], getattr(node, name, None)
        inner = type(node) if isinstance(node, Spec) else nested(field)
        if node is None and inner is not None:
            group = name.replace("_", " ")
            return f"{group} is off in this run, and cannot be switched on while it trains"
        cls = inner or cls
    able = ", ".join(each.path for each in live_settings(config))
    name = path.rpartition(".")[2].replace("_", " ")
    return (
        f"the {name} cannot change while a run trains; launch it again with changes. "
        f"What can change: {able}"
    )
