"""The first message of a browser: what it watches, how wide and how often, what it has already."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dashboard import secret
from dashboard.live.choice import Choice
from dashboard.live.viewer import Viewer
from jobs.history.records import Position

TICKET_SECONDS = 15 * 60
MOST_RUNS = 100
MOST_METRICS = 1_000
PIXELS = range(100, 4001)
HERTZ = range(11)
"""0: every batch as it comes"""

SUBJECTS = ("machines", "changes")
ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class BadHello(Exception):
    """Why a first message is refused."""


def greet(message: str, token: str) -> Viewer:
    """The viewer a first message asks for. Raises BadHello."""
    try:
        hello = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise BadHello("the first message must be JSON") from error
    if not isinstance(hello, Mapping):
        raise BadHello("the first message must be an object")
    scope = secret.read_ticket(str(hello.get("token", "")), token, TICKET_SECONDS)
    runs = _run_ids(hello.get("runs", []))
    asked = runs + [name for name in SUBJECTS if hello.get(name)]
    if not asked or not set(asked) <= set(scope):
        raise BadHello("the ticket is too old or for something else")
    return Viewer(
        runs,
        within(PIXELS, "px", hello.get("px", 1200)),
        machines="machines" in asked,
        changes="changes" in asked,
        choice=_choice(hello),
        hz=within(HERTZ, "hz", hello.get("hz", 0)),
        known=_positions(hello.get("positions", {}), runs),
    )


def within(allowed: range, name: str, given: Any) -> int:
    """The nearest allowed number. Raises BadHello when it is none."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise BadHello(f"{name} must be a whole number")
    return min(max(given, allowed.start), allowed.stop - 1)


def names(given: Any) -> frozenset[str] | None:
    """Metrics by name, None for all. Raises BadHello."""
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > MOST_METRICS:
        raise BadHello(f"metrics must be a list of at most {MOST_METRICS} names")
    if not all(isinstance(name, str) for name in given):
        raise BadHello("metrics must be names")
    return frozenset(given)


def _choice(hello: Mapping[str, Any]) -> Choice:
    metrics = names(hello.get("metrics"))
    return Choice(hello.get("hardware") is not False, hello.get("facts") is not False, metrics)


def _run_ids(given: Any) -> list[str]:
    """Raises BadHello unless this is a list of at most 100 run ids."""
    if not isinstance(given, list) or len(given) > MOST_RUNS:
        raise BadHello(f"runs must be a list of at most {MOST_RUNS} ids")
    if not all(isinstance(name, str) and ULID.fullmatch(name) for name in given):
        raise BadHello("runs must be run ids")
    return list(dict.fromkeys(given))


def _positions(given: Any, runs: list[str]) -> dict[str, Position]:
    """By run, attempt and seq. Raises BadHello."""
    if not isinstance(given, Mapping):
        raise BadHello("positions must be an object")
    return {run: _position(given[run]) for run in runs if run in given}


def _position(given: Any) -> Position:
    numbers = isinstance(given, list) and len(given) == 2
    if not numbers or not all(type(each) is int and 0 <= each < 2**63 for each in given):
        raise BadHello("a position must be attempt and seq")
    return (given[0], given[1])
