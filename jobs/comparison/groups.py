"""Runs that are alike but for the seed or the fold, or that share the value of one setting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.comparison.differences import Flat, Given, differing, flat
from jobs.comparison.names import names_of

SEEDS, FOLDS = "seeds", "folds"


@dataclass(frozen=True)
class Group:
    """Runs that count as one: their mean and deviation are shown."""

    name: str
    runs: tuple[str, ...]
    """ids, in the order given"""


def choices(configs: Mapping[str, Given]) -> dict[str, str]:
    """What the runs can be grouped by, and how people call it; only what makes a group of two."""
    flats = {run_id: flat(config) for run_id, config in configs.items()}
    found = {SEEDS: "mean over seeds", FOLDS: "mean over folds"}
    found |= {each.path: f"by {each.label}" for each in differing(flats)}
    sizes = {by: list(map(len, _divided(flats, by).values())) for by in found}
    return {by: found[by] for by, each in sizes.items() if max(each, default=0) > 1}


def grouped(configs: Mapping[str, Given], own: Mapping[str, str], by: str) -> list[Group]:
    """The runs in groups, each named by what differs between the groups. `own`: names of runs."""
    flats = {run_id: flat(config) for run_id, config in configs.items()}
    divided = _divided(flats, by)
    # A group is called by what all of its runs share.
    shared = {ids[0]: _shared([flats[run_id] for run_id in ids]) for ids in divided.values()}
    names = names_of(shared, own)
    return [Group(names[ids[0]], tuple(ids)) for ids in divided.values()]


def _divided(flats: Mapping[str, Flat], by: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for run_id, settings in flats.items():
        groups[_key(settings, by)].append(run_id)
    return groups


def _key(settings: Flat, by: str) -> str:
    """What the runs of one group have in common, as a text."""
    if by in (SEEDS, FOLDS):
        return repr(sorted((p, repr(v)) for p, v in settings.items() if not _varies(p, by)))
    return repr(settings.get(by))


def _varies(path: str, by: str) -> bool:
    leaf = path.rpartition(".")[2]
    return leaf == "seed" if by == SEEDS else path == "data.split.fold"


def _shared(members: list[Flat]) -> Flat:
    first = members[0]
    return {
        path: value
        for path, value in first.items()
        if all(path in each and each[path] == value for each in members)
    }
