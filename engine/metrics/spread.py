"""What several trainings say together: the mean of a metric, and how far they lie apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """Mean and sample standard deviation (divided by n - 1); the latter is None for one value."""

    mean: float
    deviation: float | None


def spreads(tests: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    """Of every metric that all of `tests` have, in the order of the first one.

    One that is missing somewhere is left out: a mean over fewer folds compares with no other.
    """
    common = [name for name in (tests[0] if tests else ()) if all(name in each for each in tests)]
    return {name: spread([each[name] for each in tests]) for name in common}


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return Spread(mean, None)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return Spread(mean, math.sqrt(squares / (len(values) - 1)))


def plus_minus(mean: float, deviation: float | None) -> str:
    """`0.978 ± 0.006`: the deviation to one digit that counts, to two where the first is 1.

    Without a deviation, or one that says nothing, the mean has four digits that count.
    """
    if deviation is None or not (math.isfinite(mean) and math.isfinite(deviation)):
        return f"{mean:.4g}"
    if deviation <= 1e-12 * abs(mean):
        return f"{mean:.4g} ± 0"
    # Rounded first: 0.0096 is 0.010, and its first digit is 1.
    rounded = float(f"{deviation:.1e}")
    size = math.floor(math.log10(rounded) + 1e-9)
    digits = (1 if f"{rounded:e}"[0] == "1" else 0) - size
    if not -6 <= digits <= 8:
        return f"{mean:.4g} ± {deviation:.2g}"
    numbers = (f"{round(value, digits):,.{max(0, digits)}f}" for value in (mean, deviation))
    return " ± ".join(numbers)
