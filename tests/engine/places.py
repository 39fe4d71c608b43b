"""The places where a checkpoint can be interrupted, read from the source: none can be forgotten."""

from __future__ import annotations

import re

from tests.engine.small import PROJECT

PLACES = [
    place
    for place in re.findall(
        r'failpoint\("(checkpoint\.\w+)"\)',
        (PROJECT / "engine" / "saving" / "checkpoint.py").read_text(),
    )
    if place != "checkpoint.after_making_room"  # only met with a damaged one: a test of its own
]
