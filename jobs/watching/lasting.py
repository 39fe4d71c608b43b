"""A condition that must last before it counts, and must be over as long before it counts again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Lasting:
    """Told once an episode: `begins` is true at the moment when the condition has held so long."""

    seconds: float
    told: bool = False
    _since: float | None = None
    """when the condition last became other than what was told"""

    def begins(self, condition: bool, now: float) -> bool:
        """Hears the condition at `now`, in seconds of any clock."""
        if condition == self.told:
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        if now - self._since < self.seconds:
            return False
        self.told, self._since = condition, None
        return condition
