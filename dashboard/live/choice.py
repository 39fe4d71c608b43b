"""Which part of what a run says a browser draws: a comparison wants a few curves and no facts."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.measures import HARDWARE, apart


@dataclass(frozen=True)
class Choice:
    """Frames are encoded once for all viewers of one choice."""

    hardware: bool = True
    facts: bool = True
    """log lines, checkpoints, alerts, ..."""
    metrics: frozenset[str] | None = None
    """only these, of every fold; None: all"""

    def takes(self, curve: str) -> bool:
        """Whether a curve, named as the recorder names it, is among them."""
        if curve.startswith(HARDWARE) and not self.hardware:
            return False
        return self.metrics is None or curve in self.metrics or apart(curve)[0] in self.metrics

    @property
    def every(self) -> bool:
        """Whether it takes every curve."""
        return self.hardware and self.metrics is None

    def closer(self, metrics: frozenset[str] | None) -> Choice:
        """Only some metrics of it; those that are named are taken whatever they are."""
        return self if metrics is None else Choice(metrics=metrics)


ALL = Choice()
