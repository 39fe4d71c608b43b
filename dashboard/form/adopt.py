"""Other data were chosen, which the settings cannot take: those of a run known to work go on."""

from __future__ import annotations

from dashboard.form.draft import seed
from dashboard.form.state import State
from engine.config import RunConfig

_KEPT = ("name", "hardware")
"""what has nothing to do with the data"""


def adopt(state: State, preset: RunConfig) -> None:
    """The model of `preset` and how it is trained. What a person has typed stays as it is.

    The data's own settings are taken only for the data set that the preset is of.
    """
    kept = _KEPT if preset.data.kind == state.draft["data"] else (*_KEPT, "data")
    for key, value in seed(preset).items():
        if key.split(".")[0] in kept:
            continue
        if key == "model" or state.draft.get(key) == state.base.get(key):
            state.draft[key] = state.base[key] = value
    state.adopted = f"{preset.model.title} on {preset.data.title}"
