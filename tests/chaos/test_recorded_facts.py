"""How soon a death is on the page and the run goes on, with default settings."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from jobs.chaos.lanes import Lanes
from jobs.chaos.plan import Kill
from jobs.chaos.stand import stand
from jobs.chaos.storm import Storm
from jobs.chaos.victims import Target, targets
from jobs.home import Home
from jobs.requeue import YOUNG_SECONDS
from tests.faults import living

TRAINER_SHOWN, MACHINE_SHOWN, NEW_STEP = 1.0, 15.0, 30.0
"""seconds, as promised"""

OWN = ("training.checkpoint_seconds=10", "training.epochs=100000")
"""the default, and a run that does not end"""

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REDIS_URL", "TRAINYARD_DATABASE_URL", "TRAINYARD_STORE"):
            patch.delenv(name, raising=False)
        with stand(Home(tmp_path_factory.mktemp("facts") / "home"), workers=2, page=False) as place:
            weather = Storm(place, Lanes(place.yard, 1, 1_000_000, OWN), lambda _: None)
            weather.lanes.fill()
            weather.until(lambda: train_target(weather), "the run to train")
            yield weather


def train_target(storm: Storm) -> Target | None:
    """The trainer, once its run has a step on the page."""
    found = targets(storm.stand, "trainer")
    told = any(each.newest for each in storm.progress.values())
    return found[0] if found and told else None


def test_the_death_of_a_trainer(storm: Storm) -> None:
    storm.kill([Kill(1, "trainer", 0.0, 0.0)])
    (felt,) = storm.felt
    storm.until(lambda: felt.recovered is not None, "a new step")
    assert felt.shown is not None
    assert felt.recovered is not None
    assert felt.shown <= TRAINER_SHOWN
    assert felt.recovered <= felt.shown + NEW_STEP
    print(f"trainer: shown {felt.shown:.2f} s, new step {felt.recovered:.2f} s")  # noqa: T201


def test_the_death_of_a_machine(storm: Storm) -> None:
    """Everything of one worker is gone at once: nobody is left to say a word."""
    redis = storm.stand.yard.redis
    (run_id,) = storm.lanes.launched

    def is_old() -> bool:
        return float(redis.info("server")["uptime_in_seconds"]) > YOUNG_SECONDS

    storm.until(is_old, "a server that is old enough to judge a lease")
    worker = storm.until(lambda: targets(storm.stand, "worker"), "a worker")[0].process
    family = [worker, *worker.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    at = time.time()
    for process in family:
        process.send_signal(signal.SIGKILL)
    storm.until(lambda: storm.progress[run_id].run.status == "resuming", "the page to know")
    shown = time.time() - at
    storm.until(lambda: storm.progress[run_id].newest > at, "a new step")
    recovered = time.time() - at
    assert "Lost contact with worker" in storm.stand.yard.history.attempts(run_id)[-2].cause
    assert shown <= MACHINE_SHOWN
    assert recovered <= shown + NEW_STEP
    assert not living(family, 1.0)
    print(f"machine: shown {shown:.1f} s, new step {recovered:.1f} s")  # noqa: T201
