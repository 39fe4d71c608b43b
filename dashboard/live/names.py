"""Names for a comparison: only what differs between the runs' settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from engine.config import RunConfig

MOST_PARTS = 4
"""a legend is read at a glance; longer names end with an ellipsis"""


def differing(configs: Mapping[str, RunConfig]) -> dict[str, dict[str, Any]]:
    """By run id, the settings (dotted paths) that are not the same in all runs; without the name.

    A setting that a run does not have is left out of its entry.
    """
    flat = {run_id: _flatten(config.to_dict()) for run_id, config in configs.items()}
    paths = dict.fromkeys(path for settings in flat.values() for path in settings)
    missing = object()
    different = [
        path
        for path in paths
        if path != "name"
        and len({repr(settings.get(path, missing)) for settings in flat.values()}) > 1
    ]
    return {
        run_id: {path: settings[path] for path in different if path in settings}
        for run_id, settings in flat.items()
    }


def legend_names(runs: Mapping[str, tuple[str, RunConfig]]) -> dict[str, str]:
    """By run id, a short and unique name: `learning rate 0.01 · batch size 32`.

    `runs` gives each run's own name and its settings. Runs with equal settings keep their own
    name; what is still the same after that is numbered.
    """
    different = differing({run_id: config for run_id, (_, config) in runs.items()})
    names = {
        run_id: " · ".join(_parts(runs[run_id][1], settings)) or runs[run_id][0] or run_id
        for run_id, settings in different.items()
    }
    return _unique(names)


def _parts(config: RunConfig, settings: Mapping[str, Any]) -> list[str]:
    parts = []
    for path, value in settings.items():
        head, _, leaf = path.rpartition(".")
        if leaf == "kind":
            parts.append(getattr(config, head).title if "." not in head else str(value))
        elif f"{head}.kind" not in settings:
            # The fields of another optimizer differ because the optimizer does: that says it all.
            parts.append(f"{leaf.replace('_', ' ')} {_short(value)}")
    return [*parts[:MOST_PARTS], "…"] if len(parts) > MOST_PARTS else parts


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "-".join(_short(item) for item in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else str(value)


def _flatten(settings: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{path}{name}."))
        else:
            flat[path + name] = value
    return flat


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    total, seen = Counter(names.values()), Counter[str]()
    unique = {}
    for run_id, name in names.items():
        seen[name] += 1
        unique[run_id] = f"{name} ({seen[name]})" if total[name] > 1 else name
    return unique
