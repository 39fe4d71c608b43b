"""Trains the runs of the bars, as many at once as there are cores, one thread each."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from bench.accuracy.bar import Bar, Words
from engine.config import RunConfig
from engine.metrics.spread import spread
from engine.settings.command import override

ONE_THREAD = ("hardware.device=cpu", "hardware.threads=1")


@dataclass(frozen=True)
class Score:
    """What one training reached, and the CPU seconds it took, all in."""

    metrics: dict[str, float]
    baseline: dict[str, float]
    baseline_name: str
    seconds: float


@dataclass(frozen=True)
class Result:
    """What the runs of a bar reached together."""

    bar: Bar
    scores: tuple[Score, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The bar's metric, training by training."""
        return tuple(score.metrics[self.bar.metric] for score in self.scores)

    @property
    def mean(self) -> float:
        """What the bar is about."""
        return spread(self.values).mean

    @property
    def spread(self) -> float:
        """Sample standard deviation over the trainings; 0 for one."""
        return spread(self.values).deviation or 0.0

    @property
    def baseline(self) -> float | None:
        """What the simple method beside the runs reached on the same samples; None without one."""
        values = [score.baseline.get(self.bar.metric) for score in self.scores]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if len(known) == len(values) else None

    @property
    def seconds(self) -> float:
        """CPU seconds of all runs."""
        return sum(score.seconds for score in self.scores)

    @property
    def reached(self) -> bool:
        """Whether the claim holds."""
        return self.bar.reached(self.mean)


class Measuring:
    """Runs of several bars, begun together; `result` waits for those of one."""

    def __init__(self, bars: Sequence[Bar], at_once: int | None = None) -> None:
        # Not a fork: torch's threads would not survive one.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["engine.train", "torch._dynamo"])
        self._pool = ProcessPoolExecutor(at_once or os.cpu_count(), mp_context=context)
        self._runs: dict[str, list[Future[list[Score]]]] = {
            bar.name: [self._pool.submit(scores, bar, run) for run in bar.runs] for bar in bars
        }
        self._bars = {bar.name: bar for bar in bars}

    def __enter__(self) -> Measuring:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def result(self, name: str) -> Result:
        """Waits for the runs of the bar `name`; raises what one of them raised."""
        found = (score for run in self._runs[name] for score in run.result())
        return Result(self._bars[name], tuple(found))


def config_of(bar: Bar, run: Words) -> RunConfig:
    """The settings of one run."""
    return override(RunConfig(), [f"preset={bar.preset}", *ONE_THREAD, *bar.words, *run])


def scores(bar: Bar, run: Words) -> list[Score]:
    """Trains one run to its end; a score for each of its folds, or one.

    Raises:
        RuntimeError: it failed.
    """
    from engine.events import Evaluation, Finished
    from engine.train import train

    begun = time.process_time()
    found: dict[int, Evaluation] = {}
    for event in train(config_of(bar, run)):
        if isinstance(event, Evaluation) and event.split == bar.split:
            found[event.fold] = event
        if isinstance(event, Finished) and event.reason == "failed":
            raise RuntimeError(f"{bar.name} {' '.join(run)}: {event.message}")
    if not found:
        raise RuntimeError(f"{bar.name} has no {bar.split} part")
    seconds = (time.process_time() - begun) / len(found)
    return [
        Score(dict(each.metrics), dict(each.baseline), each.baseline_name, seconds)
        for each in found.values()
    ]
