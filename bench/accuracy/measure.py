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
from engine.settings.command import override

ONE_THREAD = ("hardware.device=cpu", "hardware.threads=1")


@dataclass(frozen=True)
class Score:
    """What one run reached, and the CPU seconds it took, all in."""

    metrics: dict[str, float]
    baseline: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Result:
    """What the runs of a bar reached together."""

    bar: Bar
    scores: tuple[Score, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The bar's metric, run by run."""
        return tuple(score.metrics[self.bar.metric] for score in self.scores)

    @property
    def mean(self) -> float:
        """What the bar is about."""
        return sum(self.values) / len(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation over the runs; 0 for one."""
        return float((sum((v - self.mean) ** 2 for v in self.values) / len(self.values)) ** 0.5)

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
        self._runs: dict[str, list[Future[Score]]] = {
            bar.name: [self._pool.submit(train_once, bar, run) for run in bar.runs] for bar in bars
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
        return Result(self._bars[name], tuple(run.result() for run in self._runs[name]))


def config_of(bar: Bar, run: Words) -> RunConfig:
    """The settings of one run."""
    return override(RunConfig(), [f"preset={bar.preset}", *ONE_THREAD, *bar.words, *run])


def train_once(bar: Bar, run: Words) -> Score:
    """Trains one run to its end.

    Raises:
        RuntimeError: it failed.
    """
    from engine.events import Evaluation, Finished
    from engine.train import train

    begun = time.process_time()
    found: Evaluation | None = None
    for event in train(config_of(bar, run)):
        if isinstance(event, Evaluation) and event.split == bar.split:
            found = event
        if isinstance(event, Finished) and event.reason == "failed":
            raise RuntimeError(f"{bar.name} {' '.join(run)}: {event.message}")
    if found is None:
        raise RuntimeError(f"{bar.name} has no {bar.split} part")
    return Score(dict(found.metrics), dict(found.baseline), time.process_time() - begun)
