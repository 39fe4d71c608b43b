"""What is wrong with settings: a sentence for people, at the path of one setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """`path` is dotted and without a union's kind: `optimizer.learning_rate`; "" is the whole."""

    path: str
    message: str


class SettingsError(ValueError):
    """Settings that cannot be trained with. `str()` is one sentence a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(_line(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[SettingsError], tuple[list[Problem]]]:
        # From another process it would otherwise be made of its text.
        return type(self), (self.problems,)


def _line(problem: Problem) -> str:
    return f"{problem.path}: {problem.message}" if problem.path else problem.message
