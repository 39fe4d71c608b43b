"""One stand for all tests of a module, in which faults are armed while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.saving.failpoints import ARMED
from jobs.chaos.lanes import Lanes
from jobs.chaos.stand import stand
from jobs.chaos.storm import Storm
from jobs.chaos.verdict import Result, judge, result
from jobs.home import Home
from tests.faults import arm_others, visits

STEPS = 120

MOST_RUNS = 10
"""so many of them come often enough to every place"""

OWN = (
    "training.checkpoint_seconds=0",
    "training.evaluate_steps=40",
)


@dataclass
class Broken:
    """A stand with one worker, the result of an undisturbed run, and the fault that is armed."""

    storm: Storm
    folder: Path
    reference: Result

    def arm(self, *faults: str) -> None:
        """From now on these faults, their visits counted anew; none: nothing happens any more."""
        arm_others(self.folder, *faults)

    def visits(self, place: str) -> int:
        return visits(self.folder, place)

    def await_visits(self, place: str, number: int) -> None:
        self.storm.until(lambda: self.visits(place) >= number, f"visit {number} of {place}")

    def launch(self) -> str:
        return self.storm.lanes.launch(0)

    def is_over(self, run_id: str) -> bool:
        return run_id in self.storm.lanes.over

    def end(self, run_id: str) -> None:
        """Waits for the run, which must be what it had been in peace."""
        self.storm.until(lambda: self.is_over(run_id), "the run to end")
        self.storm.until(lambda: self._same(run_id), f"run {run_id} to be as in peace")

    def train_until(self, place: str, number: int) -> None:
        """Runs, each as in peace, until that visit, which may come a moment after an end."""
        for _ in range(MOST_RUNS):
            self.end(self.launch())
            if self.visits(place) >= number:
                return
        self.await_visits(place, number)

    def _same(self, run_id: str) -> bool:
        """The recorder may have the last points in its hands when the run says that it is over."""
        verdict = judge(result(self.storm.stand.yard, run_id), self.reference)
        assert verdict.doubled + verdict.different == 0, verdict
        assert verdict.finished, verdict
        assert verdict.weights_equal, verdict
        return verdict.good


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    root = tmp_path_factory.mktemp("broken")
    folder = root / "faults"
    folder.mkdir()
    (folder / ARMED).write_text("")
    fault = {"TRAINYARD_FAULT": ARMED, "TRAINYARD_FAULT_FOLDER": str(folder)}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REDIS_URL", "TRAINYARD_DATABASE_URL", "TRAINYARD_STORE"):
            patch.delenv(name, raising=False)
        with stand(Home(root / "home"), workers=1, extra=fault, page=False) as place:
            storm = Storm(place, Lanes(place.yard, 1, STEPS, OWN), lambda _: None)
            (peaceful,) = storm.undisturbed()
            yield Broken(storm, folder, result(place.yard, peaceful))
