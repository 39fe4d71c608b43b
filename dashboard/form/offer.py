"""Which classes of a union fit the rest of the settings; the check decides, not the form.

Every class of every union is tried at every rerun: 70 checks that open no file, 5 ms in all.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.form.fields import Field, kind_of
from dashboard.text import finished
from engine.config import RunConfig
from engine.settings.check import misfits
from engine.spec import Spec


@dataclass(frozen=True)
class Offer:
    """The kinds to choose from, and of the others the reason why not."""

    fitting: tuple[type[Spec], ...]
    refused: tuple[tuple[type[Spec], str], ...] = ()


def offer(config: RunConfig, field: Field) -> Offer:
    """Tries each class of a top-level union; a problem at the union itself refuses it."""
    reasons = [(option, _reason(config, field.name, option)) for option in field.options]
    fitting = tuple(option for option, reason in reasons if not reason)
    if not fitting:
        return Offer(field.options)
    return Offer(fitting, tuple((option, reason) for option, reason in reasons if reason))


def _reason(config: RunConfig, name: str, option: type[Spec]) -> str:
    now = getattr(config, name)
    value = now if kind_of(type(now)) == kind_of(option) else option()
    found = misfits(config.model_copy(update={name: value}))
    return next((finished(problem.message) for problem in found if problem.path == name), "")
