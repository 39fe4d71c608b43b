"""The settings in which runs differ, each once, with the value of each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.config import RunConfig
from engine.spec import Spec

Flat = Mapping[str, Any]
"""dotted path to value; at the path of a group what kind it is, as people call it"""

Given = RunConfig | Mapping[str, Any]
"""`Run.given`"""

OPTIONAL = True
"""the value of an optional group that is switched on"""


@dataclass(frozen=True)
class Setting:
    """One setting of several runs."""

    path: str
    label: str
    """`learning rate`; with its group where two settings of the same name are there"""
    values: Mapping[str, Any]
    """by run id; a run that has no such setting is left out"""
    differs: bool


def flat(given: Given) -> dict[str, Any]:
    """Every setting but the name; of a person's own script those it named."""
    if not isinstance(given, RunConfig):
        return dict(_flatten_own(given, ""))
    # Where a fork begins is one thing to people.
    begun = given.start.words() if given.start else None
    plain = given.model_copy(update={"start": None})
    found = dict(_flatten(plain, plain.to_dict(), ""))
    del found["name"]
    return {**found, "start": begun}


def compared(configs: Mapping[str, Flat]) -> list[Setting]:
    """All settings of the runs, in the order they are declared.

    The fields of another kind differ only because the kind does, so they do not: a setting differs
    when two runs that have it disagree.
    """
    paths = _in_order(configs)
    short = _labels([path for path in paths if _differs(configs, path)])
    return [
        Setting(
            path,
            short.get(path, spoken(path)),
            {run: each[path] for run, each in configs.items() if path in each},
            path in short,
        )
        for path in paths
    ]


def differing(configs: Mapping[str, Flat]) -> list[Setting]:
    """Those that are not the same everywhere."""
    return [setting for setting in compared(configs) if setting.differs]


def telling(configs: Mapping[str, Flat]) -> list[Setting]:
    """Those that a name needs: of another kind not also its fields, unless runs of one kind differ
    in them.
    """
    found = differing(configs)
    kinds = [
        each for each in found if any(other.path.startswith(f"{each.path}.") for other in found)
    ]
    return [
        each
        for each in found
        if all(_within(configs, each.path, kind) for kind in kinds if _below(each, kind))
    ]


def _below(setting: Setting, group: Setting) -> bool:
    return setting.path.startswith(f"{group.path}.")


def _within(configs: Mapping[str, Flat], path: str, kind: Setting) -> bool:
    """Whether runs of one kind disagree."""
    alike: dict[str, dict[str, Flat]] = {}
    for run, each in configs.items():
        alike.setdefault(repr(kind.values.get(run)), {})[run] = each
    return any(_differs(some, path) for some in alike.values())


def spoken(path: str) -> str:
    """`split.early_seed` → split · early seed."""
    return path.replace(".", " · ").replace("_", " ")


def written(value: Any) -> str:
    """A value in a name: short."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "-".join(map(written, value))
    return str(value)


def _flatten(spec: Spec, dumped: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in dumped.items():
        member, path = getattr(spec, name), f"{prefix}{name}"
        if not isinstance(member, Spec):
            if name != "kind":
                yield path, value
            continue
        yield path, member.title or value.get("kind") if "kind" in value else OPTIONAL
        yield from _flatten(member, value, f"{path}.")


def _flatten_own(settings: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flatten_own(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _in_order(configs: Mapping[str, Flat]) -> list[str]:
    """Each path once. A group that no run leaves out says nothing by itself."""
    paths = dict.fromkeys(path for each in configs.values() for path in each)
    return [
        path
        for path in paths
        if any(each.get(path, OPTIONAL) is not OPTIONAL for each in configs.values())
        or not any(other.startswith(f"{path}.") for other in paths)
    ]


def _differs(configs: Mapping[str, Flat], path: str) -> bool:
    known = [each[path] for each in configs.values() if path in each]
    return len({repr(value) for value in known}) > 1


def _labels(paths: list[str]) -> dict[str, str]:
    """The last word of each path, or more where another one ends alike."""
    leaves = [path.rpartition(".")[2] for path in paths]
    labels = {}
    for path, leaf in zip(paths, leaves, strict=True):
        group = path.rpartition(".")[0].rpartition(".")[2]
        alike = leaves.count(leaf) > 1 and group
        labels[path] = spoken(f"{group}_{leaf}" if alike else leaf)
    return labels
