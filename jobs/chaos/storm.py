"""Kills one process after the other, as planned, while runs train; goes on until all have ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import psutil
from sqlalchemy.exc import OperationalError

from jobs.chaos.lanes import Lanes, Progress
from jobs.chaos.plan import TRAINING, Kill
from jobs.chaos.recovery import Felt
from jobs.chaos.stand import Stand
from jobs.chaos.victims import Target, targets
from jobs.stack import ports

T = TypeVar("T")

LOOK_SECONDS = 0.05
STUCK_SECONDS = 600.0
"""so long without anything to kill or a run that ends: nothing goes on any more"""


class Stuck(Exception):
    """Nothing went on any more. The text says what was waited for."""


class Interrupted(Exception):
    """A person pressed Ctrl-C."""


@dataclass
class Storm:
    """One stand, its runs and what every kill did to them."""

    stand: Stand
    lanes: Lanes
    tell: Callable[[str], None]
    felt: list[Felt] = field(default_factory=list)
    progress: dict[str, Progress] = field(default_factory=dict)
    _looked: float = 0.0

    def undisturbed(self) -> list[str]:
        """Trains one run of every lane in peace; their ids."""
        self.lanes.fill()
        self.finish()
        return list(self.lanes.launched)

    def kill(self, plan: Sequence[Kill]) -> None:
        """Every kill of the plan, each as soon as its victim has got on since it was last hit."""
        for kill in plan:
            target = self._await_target(kill)
            self.rest(kill.pause)
            self._strike(kill, target)
            self.tell(f"{kill.number} of {len(plan)} kills, {len(self.lanes.over)} runs done")

    def finish(self) -> None:
        """Waits until every run has ended and every kill is over with."""
        self.until(lambda: not self.lanes.under_way, "the runs to end")
        self.until(lambda: all(each.recovered is not None for each in self.felt), "the page")

    def _strike(self, kill: Kill, target: Target) -> None:
        self._look()
        attempts = {run: each.run.attempt for run, each in self.progress.items()}
        runs = target.runs or frozenset(self.lanes.under_way)
        at = time.time()
        try:
            target.process.kill()
        except psutil.NoSuchProcess:
            # It ended by itself meanwhile: the next one of its kind is hit instead.
            self._strike(kill, self._await_target(kill))
            return
        self.felt.append(Felt(kill, runs, attempts, at))

    def _await_target(self, kill: Kill) -> Target:
        return self.until(lambda: self._ready(kill), f"a {kill.victim} to kill")

    def _ready(self, kill: Kill) -> Target | None:
        """A process of that kind whose run got on since it was last hit."""
        self.lanes.fill()
        found = [each for each in targets(self.stand, kill.victim) if self._got_on(each)]
        return found[int(kill.which * len(found))] if found else None

    def _got_on(self, target: Target) -> bool:
        if target.victim == "dashboard":
            return ports.page_answers(self.stand.supervisor.stack.port)
        runs = target.runs or frozenset(self.lanes.under_way)
        begun = any(self.progress[run].newest for run in runs if run in self.progress)
        return begun and not any(self._still_felt(each, target) for each in self.felt)

    def _still_felt(self, felt: Felt, target: Target) -> bool:
        """Of those that train: by the same run. One that never gets on is given up as broken."""
        if felt.recovered is not None:
            return False
        if target.runs:
            return bool(felt.runs & target.runs) and felt.kill.victim in TRAINING
        return felt.kill.victim == target.victim

    def until(self, check: Callable[[], T | None], what: str) -> T:
        """Answers for the processes until `check` has an answer. Raises Stuck, Interrupted."""
        deadline = time.monotonic() + STUCK_SECONDS
        while not (answer := check()):
            self.rest(LOOK_SECONDS)
            if time.monotonic() > deadline:
                raise Stuck(f"Waited {STUCK_SECONDS:.0f} s for {what}.")
        return answer

    def rest(self, seconds: float) -> None:
        """Answers for the processes, and looks at the runs, for so long. Raises Interrupted."""
        until = time.monotonic() + seconds
        while True:
            self.stand.supervisor.tend(min(0.02, max(0.0, until - time.monotonic())))
            if self.stand.supervisor.wake.stops:
                raise Interrupted
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._look()
            if time.monotonic() >= until:
                return

    def _look(self) -> None:
        self._looked = time.monotonic()
        try:
            self.progress |= self.lanes.look()
        except OperationalError:
            return  # locked for a moment by a recorder that came back
        for each in self.felt:
            if each.recovered is None:
                self._feel(each)

    def _feel(self, felt: Felt) -> None:
        if felt.kill.victim != "dashboard":
            felt.look(self.progress)
        elif ports.page_answers(self.stand.supervisor.stack.port):
            felt.recovered = time.time() - felt.at
