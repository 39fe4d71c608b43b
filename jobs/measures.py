"""Which curves an event adds points to: the one place that names metrics.

The recorder stores what this returns, and the live push draws it, so both agree. In a
cross-validation each fold has curves of its own, `fold 2/train/loss`, over the steps of that fold.
Of a run that several machines train, each has its own: `hardware/on ada/cpu`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.events import Evaluation, Fact, Gradients, Hardware, Steps, Timing
from engine.gpu_sample import GpuSample
from jobs.events import Measured

Measure = tuple[str, list[int], list[float], list[float]]
"""metric name, steps, unix seconds, values; the three lists have the same length"""

HARDWARE = "hardware/"
TIME = "time/"

GRADIENTS = "gradients/"
"""prefix of the curves of gradient norms, one a layer"""

_FOLD = re.compile(r"fold (\d+)/")


def by_clock(metric: str) -> bool:
    """Whether a curve belongs to the clock: several points of one step are all kept, none again."""
    return metric.startswith((HARDWARE, TIME))


def named(metric: str, fold: int) -> str:
    """The curve of a metric in one fold; that of the run where `fold` is 0."""
    return f"fold {fold}/{metric}" if fold else metric


def apart(name: str) -> tuple[str, int]:
    """The metric and the fold that `named` put together."""
    found = _FOLD.match(name)
    return (name[found.end() :], int(found[1])) if found else (name, 0)


def measures(event: object) -> Iterator[Measure]:
    """The points of `event`, curve by curve; none for events that are no measurement."""
    for metric, steps, seconds, values in _measured(event):
        if isinstance(event, Fact) and event.fold and not by_clock(metric):
            steps = [step - event.fold_begin for step in steps]
            metric = named(metric, event.fold)
        yield metric, steps, seconds, values


def _measured(event: object) -> Iterator[Measure]:
    """The same without the fold."""
    if isinstance(event, Steps | Gradients | Measured):
        yield from _steps(event)
    elif isinstance(event, Evaluation) and event.split == "validation":
        for name, value in event.metrics.items():
            yield f"validation/{name}", [event.step], [event.time], [value]
    elif isinstance(event, Hardware):
        whose = f"on {event.machine}/" if event.machine else ""
        for name, value in _hardware(event):
            yield HARDWARE + whose + name, [event.step], [event.time], [value]
    elif isinstance(event, Timing):
        # Not shares: a sum that only grows says exactly what any stretch took, however thinned.
        for activity, seconds in event.totals.items():
            yield TIME + activity, [event.step], [event.time], [seconds]


def _steps(event: Steps | Gradients | Measured) -> Iterator[Measure]:
    if isinstance(event, Measured):
        for name, values in event.metrics.items():
            yield name, event.steps[name], event.seconds[name], values
        return
    if isinstance(event, Gradients):
        for layer, norms in event.norms.items():
            yield GRADIENTS + layer, event.steps, event.seconds, norms
        return
    steps = list(range(event.step - len(event.seconds) + 1, event.step + 1))
    for name, values in event.metrics.items():
        yield name, steps, event.seconds, values


_FLOWS = (
    "disk_read",
    "disk_written",
    "process_disk_read",
    "process_disk_written",
    "network_received",
    "network_sent",
    "disk_free",
)
"""numbers of a sample that not every system tells"""


def _hardware(sample: Hardware) -> Iterator[tuple[str, float]]:
    yield "cpu", sample.cpu
    yield "process_cpu", sample.process_cpu
    yield "memory", float(sample.memory_used)
    yield "process_memory", float(sample.process_memory)
    for name in _FLOWS:
        if (value := getattr(sample, name)) is not None:
            yield name, float(value)
    for gpu in sample.gpus:
        yield from ((f"gpu{gpu.index}/{name}", value) for name, value in _gpu(gpu))


def _gpu(gpu: GpuSample) -> Iterator[tuple[str, float]]:
    fields = {
        "utilization": gpu.utilization,
        "memory": gpu.memory_used,
        "process_memory": gpu.process_memory,
        "temperature": gpu.temperature,
        "power": gpu.power,
    }
    for name, value in fields.items():
        if value is not None:
            yield name, float(value)
