"""From single calls of `log` to events of many points, each curve going forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jobs.events import Measured
from jobs.own.values import NotANumber, flat, number, refused_name

CALLS = 256
"""calls at most in one event"""

MOST_CURVES = 2_000
MOST_STEP = 2**31 - 1

Call = tuple[float, int, Mapping[str, float]]
"""unix seconds, step, numbers by name"""


@dataclass
class Curves:
    """How far each curve has come. `warn(about, sentence)` is called for what is left out."""

    warn: Callable[[str, str], None]
    last: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def events(self, calls: Sequence[Call]) -> Iterator[Measured]:
        """The points of the calls. A step that a curve has passed is left out."""
        for first in range(0, len(calls), CALLS):
            event = self._event(calls[first : first + CALLS])
            if event.metrics:
                yield event

    def _event(self, calls: Sequence[Call]) -> Measured:
        steps: dict[str, list[int]] = {}
        seconds: dict[str, list[float]] = {}
        metrics: dict[str, list[float]] = {}
        for moment, step, numbers in calls:
            for name, value in numbers.items():
                if not self._forward(name, step):
                    continue
                if name not in metrics:
                    steps[name], seconds[name], metrics[name] = [], [], []
                steps[name].append(step)
                seconds[name].append(moment)
                metrics[name].append(value)
        reached = max((each[-1] for each in steps.values()), default=0)
        return Measured(
            time=calls[-1][0], step=reached, steps=steps, seconds=seconds, metrics=metrics
        )

    def _forward(self, name: str, step: int) -> bool:
        before = self.last.get(name)
        if before is None and not self._admitted(name):
            return False
        if before is not None and step <= before:
            self.warn(
                f"step {name}",
                f"{name!r} was logged for step {step} after step {before}: a curve goes forward, "
                "so such points are left out. Log all numbers of a step before those of the next.",
            )
            return False
        self.last[name] = step
        return True

    def _admitted(self, name: str) -> bool:
        if name in self.refused:
            return False
        why = refused_name(name)
        if not why and len(self.last) >= MOST_CURVES:
            why = f"is one too many: a run has at most {MOST_CURVES:,} curves"
        if why:
            self.refused.add(name)
            self.warn(f"name {name}", f"The name {name[:60]!r} {why}; it is left out.")
        return not why


def numbers(values: Mapping[str, object], warn: Callable[[str, str], None]) -> dict[str, float]:
    """What of `values` is a number, names of nested ones joined by slashes."""
    found: dict[str, float] = {}
    for name, value in values.items():
        # A plain float is by far the most frequent: the rest is asked for later.
        if type(value) is float and type(name) is str:
            found[name] = value
        else:
            found.update(_others({name: value}, warn))
    return found


def _others(
    values: Mapping[str, object], warn: Callable[[str, str], None]
) -> Iterator[tuple[str, float]]:
    for path, value in flat(values):
        try:
            yield path, number(value)
        except NotANumber as error:
            warn(f"value {path}", f"{path!r} is {error}: only numbers are drawn; it is left out.")
