"""The places where writing a checkpoint can be interrupted."""

from __future__ import annotations

from engine.saving.places import PLACES as ALL

PLACES = [
    place
    for place in ALL
    if place.startswith("checkpoint.")
    and place != "checkpoint.after_making_room"  # only met with a damaged one: a test of its own
]
