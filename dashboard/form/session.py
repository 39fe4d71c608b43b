"""One drawing of the form: draft → offers → checked settings, ready for the pen."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.form.adopt import adopt
from dashboard.form.check import Outcome, Problems, check
from dashboard.form.draft import Draft, choice, read
from dashboard.form.fields import fields, kind_of
from dashboard.form.offer import Offer, offer
from dashboard.form.state import State
from engine.config import RunConfig
from engine.presets import first_for


@dataclass(frozen=True)
class Sheet:
    """What this rerun shows: the offers of each union, the settings that stand, what is wrong."""

    offers: dict[str, Offer]
    stands: Draft
    """the draft with kinds that do not fit replaced by the first that does"""
    outcome: Outcome

    @property
    def problems(self) -> Problems:
        """By setting path."""
        return self.outcome.problems


def lay_out(state: State) -> Sheet:
    """Finds what fits, swaps what does not, and checks the result."""
    _take_back_name(state)
    first = check(read(RunConfig, state.draft))
    if first.config is not None and _data_changed(state, first):
        first = check(read(RunConfig, state.draft))
    anchor = first.config or state.anchor
    offers = {item.name: offer(anchor, item) for item in fields(RunConfig) if item.shape == "union"}
    stands = {**state.draft, **_swaps(state.draft, offers)}
    outcome = first if stands == state.draft else check(read(RunConfig, stands))
    state.anchor = outcome.config or anchor
    return Sheet(offers, stands, outcome)


def _take_back_name(state: State) -> None:
    """A name that was filled in and not typed goes when other data or another model are chosen."""
    filled = state.named_for and state.base.get("name")
    now = (state.draft.get("data"), state.draft.get("model"))
    if filled and state.draft.get("name") == filled and now != state.named_for:
        state.draft["name"] = state.base["name"] = ""


def _data_changed(state: State, first: Outcome) -> bool:
    """Takes over settings that go with the data, where other data were chosen and these do not."""
    if first.config is None:
        return False
    misfit = "model" in first.problems
    if first.config.data.kind == state.data and not misfit:
        return False
    state.data, state.adopted = first.config.data.kind, ""
    preset = first_for(first.config.data) if first.problems else None
    if preset is None:
        return False
    adopt(state, preset)
    return True


def _swaps(draft: Draft, offers: dict[str, Offer]) -> Draft:
    swaps: Draft = {}
    for item in fields(RunConfig):
        fitting = offers[item.name].fitting if item.name in offers else ()
        if fitting and choice(item, draft, item.name) not in fitting:
            swaps[item.name] = kind_of(fitting[0])
    return swaps
