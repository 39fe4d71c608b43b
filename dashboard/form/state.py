"""The draft of one browser session: kept apart from the widgets, which forget what is not drawn."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.form.draft import Draft, seed
from engine.config import RunConfig

Session = MutableMapping[Any, Any]

_PLACE = "form"


@dataclass
class State:
    """`draft` is what was typed, `base` what it began from, `shown` what the widgets were given."""

    draft: Draft
    base: Draft
    source: str
    """what the form was filled from: a preset's name or a run id"""
    anchor: RunConfig
    """the last settings that were valid field by field"""
    shown: Draft = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(16))
    """carried by every press on Launch until one of them has launched"""
    pressed: bool = False
    """Launch was pressed and nothing has come of it yet"""
    launched: str = ""
    """the run that `key` has launched, until the form is shown again"""
    named_for: tuple[str, str] | None = None
    """kinds of the data and the model that the filled-in name was given for"""
    data: str = ""
    """kind of the data that the rest of the settings was made to fit"""
    adopted: str = ""
    """the run whose settings were taken over when other data were chosen, in words"""


def load(session: Session, source: str, config: RunConfig) -> State:
    """The session's draft; begun anew from `config` when it was filled from another `source`."""
    state = current(session)
    if state is None or state.source != source:
        return _begin(session, source, config)
    return state


def current(session: Session) -> State | None:
    """The session's draft with what was typed since the last drawing; None before the first."""
    state = session.get(_PLACE)
    if not isinstance(state, State):
        return None
    for key, given in state.shown.items():
        if key in session and session[key] != given:
            state.draft[key] = session[key]
    return state


def press(session: Session) -> None:
    """Notes a press on Launch, as the button's callback.

    Only there it is safe: the value of a button is set back to False by whichever drawing ends
    next, also by an older one in another thread that ends while the press is on its way.
    """
    state = session.get(_PLACE)
    if isinstance(state, State):
        state.pressed = True


def _begin(session: Session, source: str, config: RunConfig) -> State:
    old = session.get(_PLACE)
    for key in old.shown if isinstance(old, State) else ():
        session.pop(key, None)
    data = config.data.kind
    named_for = (data, config.model.kind)
    state = State(seed(config), seed(config), source, config, named_for=named_for, data=data)
    session[_PLACE] = state
    return state


def give(session: Session, state: State, key: str, value: Any) -> None:
    """Puts `value` into the widget `key` before it is drawn, and remembers that we did."""
    state.shown[key] = value
    if session.get(key) != value or key not in session:
        session[key] = value
