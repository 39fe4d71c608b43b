"""Names for a legend: only what differs between the runs' settings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.comparison.differences import Flat, Given, Setting, flat, telling, written

_FORK = re.compile(r"[0-9A-Z]{26}@\d+")
MOST_PARTS = 4
"""a legend is read at a glance; longer names end with an ellipsis"""
_MORE = "…"


def legend_names(runs: Mapping[str, tuple[str, Given]]) -> dict[str, str]:
    """By run id, a short and unique name: `learning rate 0.01 · batch size 32`.

    `runs` gives each run's own name and its settings. Runs with equal settings keep their own
    name; what is still the same after that is numbered.
    """
    flats = {run_id: flat(given) for run_id, (_, given) in runs.items()}
    return names_of(flats, {run_id: name for run_id, (name, _) in runs.items()})


def names_of(flats: Mapping[str, Flat], own: Mapping[str, str]) -> dict[str, str]:
    """The same for settings that are flat already."""
    found = telling(flats)
    names = {key: named(found, key) or own[key] or key for key in flats}
    cut: dict[str, list[str]] = defaultdict(list)
    for key, name in names.items():
        if name.endswith(f" {_MORE}"):
            cut[name].append(key)
    for alike in cut.values():
        if len(alike) > 1:
            names |= _told_apart(found, alike)
    return _unique(names)


def named(settings: list[Setting], key: str) -> str:
    """What differs, for one run."""
    parts = [_part(each, each.values[key]) for each in settings if key in each.values]
    return " · ".join([*parts[:MOST_PARTS], _MORE] if len(parts) > MOST_PARTS else parts)


def _told_apart(settings: list[Setting], alike: Sequence[str]) -> dict[str, str]:
    """Names of runs that are the same up to where a name is cut: then what differs among them."""
    differs = [s for s in settings if len({repr(s.values.get(key)) for key in alike}) > 1]
    same = [each for each in settings if each not in differs]
    half = MOST_PARTS // 2
    parts = {key: (named(same[:half], key), named(differs[:half], key)) for key in alike}
    return {key: " · ".join(filter(None, (a, _MORE, b))) for key, (a, b) in parts.items()}


def _part(setting: Setting, value: Any) -> str:
    if any(_FORK.fullmatch(str(each)) for each in setting.values.values()):
        # Nobody can read the run of `<run>@<step>`; the settings and the page of the fork name it.
        return f"forked at step {value.rpartition('@')[2]}" if value else "from step 0"
    if "." not in setting.path and isinstance(value, str):
        return value  # the data, the model, the optimizer, ... by its title
    return f"{setting.label} {written(value)}"


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    total, seen = Counter(names.values()), Counter[str]()
    taken = set(names.values())
    unique = {}
    for key, name in names.items():
        unique[key] = name
        while total[name] > 1 and (unique[key] == name or unique[key] in taken):
            seen[name] += 1
            unique[key] = f"{name} ({seen[name]})"
    return unique
