"""A loss spike: the loss jumps far out of what was usual just before.

The Hampel identifier (Hampel, 1974; Pearson, 2002, "Outliers in process modeling and
identification"): how many robust standard deviations, 1.4826 times the median absolute deviation,
a loss lies above the median of the last 100. Of the logarithm of the loss, since the noise of a
loss grows with it; where the upper tail is the longer one, it says what a deviation is. As on a
control chart (Western Electric rules, 1956), one point far out counts, and so do three in a row
half as far. A rise that is small beside the first losses is none: of a model that knows its data by
heart every batch with a hard sample would be one.

After a spike was told the next ones rest, each time twice as long, unless one is far higher.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from engine.alerts.words import short
from engine.events import Alert, Steps
from engine.spec import Spec

WINDOW = 100
"""losses that make the usual one"""
FEWEST = 50
"""losses before there is a usual one"""
RENEWED = 16
"""steps after which the usual one is formed anew; two sorts a step would cost 30 us"""
IN_A_ROW = 3
CALM = 10
"""losses in a row back below the smaller limit that end a spike"""
NARROWEST = 0.05
"""of the deviation: a loss that hardly moves may rise by a twentieth without a word"""
NORMAL = 1.4826
"""from the median absolute deviation to the standard deviation of a normal distribution"""
TAIL, TAIL_DEVIATIONS = 0.95, 1.645
"""a share of the losses, and the deviations below which it lies in a normal distribution"""
NEGLIGIBLE = 1e-3
"""share of the highest first loss below which all losses are as good as zero"""
JUMP = 1.5
"""factor of the learning rate from one step to the next that makes what was usual worthless"""
RISE = 0.03
"""share of the highest first loss that a spike rises at least"""
REST = WINDOW
"""steps after the first spike that was told; twice as many after each further one"""
LOUDER = 2.0
"""times as many deviations as any that was told: such a spike does not rest"""


class Spikes(Spec):
    """What is known of the loss so far; part of a checkpoint."""

    recent: list[float] = []
    """logarithms of the last losses, those of a spike left out"""
    level: float = 0.0
    """their median"""
    deviation: float = math.inf
    """their robust standard deviation; infinite before there is one"""
    negligible: float = 0.0
    """added to every loss before its logarithm is taken"""
    rate: float = math.inf
    """learning rate of the last step"""
    high: int = 0
    """losses in a row above the smaller limit"""
    calm: int = 0
    """during a spike, losses in a row below it"""
    since: int = 0
    """step where the spike began that is not over; 0 when there is none"""
    told: int = 0
    """spikes that were told so far"""
    rests: int = 0
    """until this step"""
    highest: float = 0.0
    """deviations of the highest that was told"""


def spikes(known: Spikes, told: Steps, threshold: float, advice: str) -> tuple[Spikes, list[Alert]]:
    """What is known after `told`, and the spikes that began in it. All losses are finite."""
    ear = Ear(known, threshold)
    alerts = []
    losses, rates = told.metrics["train/loss"], told.metrics["train/learning_rate"]
    first = told.step - len(losses) + 1
    for step, (loss, rate) in enumerate(zip(losses, rates, strict=True), start=first):
        if ear.hears(step, loss, rate):
            alerts.append(_alert(ear, step, loss, advice))
    return ear.known(), alerts


class Ear:
    """`Spikes` while several losses in a row are heard."""

    def __init__(self, known: Spikes, threshold: float) -> None:
        self.recent = deque(known.recent, maxlen=WINDOW)
        self.level, self.deviation = known.level, known.deviation
        self.negligible, self.rate, self.threshold = known.negligible, known.rate, threshold
        self.high, self.calm = known.high, known.calm
        self.since, self.told = known.since, known.told
        self.rests, self.highest = known.rests, known.highest

    def known(self) -> Spikes:
        return Spikes(
            recent=list(self.recent),
            level=self.level,
            deviation=self.deviation,
            negligible=self.negligible,
            rate=self.rate,
            high=self.high,
            calm=self.calm,
            since=self.since,
            told=self.told,
            rests=self.rests,
            highest=self.highest,
        )

    def hears(self, step: int, loss: float, rate: float) -> bool:
        """Whether this is the step at which a spike is told of."""
        if rate > JUMP * self.rate:
            self._begin_anew()
        self.rate = rate
        height, beyond = self._height(loss), self.beyond(loss)
        if self.since:
            self._wait(step, beyond)
            return False
        self.high = self.high + 1 if beyond > self.threshold / 2 else 0
        if beyond > self.threshold or self.high >= IN_A_ROW:
            self.since = step - self.high + 1
            return self._tells(step, beyond)
        if not self.high:
            self._learn(step, height)
        return False

    def beyond(self, loss: float) -> float:
        """How many deviations it lies above the usual; 0 before there is a usual one."""
        if self.negligible and loss - self.usual < RISE / NEGLIGIBLE * self.negligible:
            return 0.0
        return (self._height(loss) - self.level) / self.deviation

    def _tells(self, step: int, beyond: float) -> bool:
        """Whether a new spike is said; it rests so soon after another one."""
        if step < self.rests and beyond <= LOUDER * self.highest:
            return False
        self.rests = step + REST * 2**self.told
        self.told += 1
        self.highest = max(self.highest, beyond)
        return True

    def _height(self, loss: float) -> float:
        return math.log(max(loss, 0.0) + self.negligible) if self.negligible else loss

    def _wait(self, step: int, beyond: float) -> None:
        """During a spike: until the loss is back, or has been where it is for so long."""
        self.calm = self.calm + 1 if beyond < self.threshold / 2 else 0
        if self.calm >= CALM:
            self.since = self.calm = self.high = 0
        elif step - self.since >= WINDOW:
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Nothing is usual any more."""
        self.recent.clear()
        self.level, self.deviation = 0.0, math.inf
        self.since = self.calm = self.high = 0

    def _learn(self, step: int, height: float) -> None:
        self.recent.append(height)
        if len(self.recent) < FEWEST:
            return
        if not self.negligible:
            # The first losses say what a loss of this run is.
            self.negligible = max(NEGLIGIBLE * max(self.recent), 1e-12)
            logs = [math.log(max(loss, 0.0) + self.negligible) for loss in self.recent]
            self.recent = deque(logs, maxlen=WINDOW)
        if math.isinf(self.deviation) or step % RENEWED == 0:
            ordered = sorted(self.recent)
            self.level = ordered[len(ordered) // 2]
            spread = NORMAL * median(abs(each - self.level) for each in self.recent)
            tail = (ordered[int(TAIL * len(ordered))] - self.level) / TAIL_DEVIATIONS
            self.deviation = max(spread, tail, NARROWEST)

    @property
    def usual(self) -> float:
        """As a loss."""
        return max(0.0, math.exp(self.level) - self.negligible)


def _alert(ear: Ear, step: int, loss: float, advice: str) -> Alert:
    if ear.since < step:
        what = f"the loss has jumped since step {ear.since:,}: it is {short(loss)} at step {step:,}"
    else:
        what = f"the loss jumped to {short(loss)} at step {step:,}"
    usual = ear.usual
    times = f"{loss / usual:.1f} times " if usual > 0 and loss / usual < 1e4 else "far above "
    message = (
        f"{what}, {times}the usual {short(usual)} (median of the last {len(ear.recent)}); {advice}"
    )
    return Alert(code="loss-spike", message=message, step=ear.since)
