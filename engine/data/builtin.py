"""Tables that arrive inside packages: real data without a download.

Each class knows its `card` without loading anything (a test compares it with the loaded arrays).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.augmentation import TableAugmentation
from engine.data.cache import Pair, cached, cached_targets
from engine.data.card import Card
from engine.data.divide import divide
from engine.data.prepare.arrays import prepare_arrays
from engine.data.prepared import Prepared
from engine.data.raw import Arrays, Labels
from engine.data.source import Source

if TYPE_CHECKING:
    import torch

    from engine.data.tokens import Vocabulary
    from engine.loop.parts import Augment

Scaling = Annotated[
    Literal["standard", "minmax", "none"],
    Field(
        description="standard: mean 0, deviation 1; minmax: 0 to 1; measured on the training part"
    ),
]

NUCLEUS = (
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness"),
    *("concavity", "concave points", "symmetry", "fractal dimension"),
)
"""what was measured of each nucleus: mean over the picture, standard error, mean of the worst 3"""


class Builtin(Source):
    """Numbers that a package carries, and how they are scaled."""

    feature_names: ClassVar[tuple[str, ...]] = ()
    scaling: Scaling = "standard"

    def scales_targets(self) -> bool:
        """Whether targets have mean 0 and deviation 1 during training; classes never do."""
        return False

    def load(self) -> Arrays:
        inputs, targets = cached(self._cache_key(), self._parse)
        shaped = inputs.astype(np.float32).reshape(-1, *self.card.shape)
        if self.card.task == "classification":
            return Arrays(shaped, targets.astype(np.int64), self.feature_names)
        return Arrays(shaped, targets.astype(np.float32), self.feature_names)

    def labels(self) -> Labels:
        found = cached_targets(self._cache_key())
        return super().labels() if found is None else found.astype(np.int64)

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:  # noqa: ARG002
        return prepare_arrays(self, self.load())

    def divide(self, rows: Labels, labels: Labels | None) -> dict[str, Labels]:
        """Positions in `rows`, which are row numbers of the data set, of each part.

        `labels`: classes of these rows, to share out in their proportions.
        """
        return divide(self.split, len(rows), labels)

    def _cache_key(self) -> str:
        return f"{type(self).__name__.lower()}-v1"

    @abstractmethod
    def _parse(self) -> Pair:
        """Inputs `(samples, features)` and targets `(samples,)` in their smallest exact type."""


class Tables(Builtin):
    """Rows of numbers."""

    augmentation: TableAugmentation = TableAugmentation()

    @property
    def augmented(self) -> bool:
        return self.augmentation != TableAugmentation()

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:
        from engine.loop.augment_numbers import change_tables

        return change_tables(prepared, self.augmentation, device)


def scikit(name: str, **choices: Any) -> Pair:
    """Arrays of `sklearn.datasets.<name>`; imported here because it takes 1.5 s."""
    from sklearn import datasets

    loader: Callable[..., Pair] = getattr(datasets, name)
    return loader(return_X_y=True, **choices)


class Iris(Tables):
    """150 iris flowers, 4 measures, 3 species."""

    title: ClassVar[str] = "Iris"
    kind: Literal["iris"] = "iris"
    feature_names: ClassVar[tuple[str, ...]] = (
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    )
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="tabular",
        samples=150,
        shape=(4,),
        classes=("setosa", "versicolor", "virginica"),
        source="Fisher 1936, in scikit-learn",
        licence="CC BY 4.0",
    )

    def _parse(self) -> Pair:
        return scikit("load_iris")


class BreastCancer(Tables):
    """569 tumours, 30 measures of cell nuclei, malignant or benign."""

    title: ClassVar[str] = "Breast cancer"
    kind: Literal["breast_cancer"] = "breast_cancer"
    feature_names: ClassVar[tuple[str, ...]] = (
        *(f"mean {name}" for name in NUCLEUS),
        *(f"{name} error" for name in NUCLEUS),
        *(f"worst {name}" for name in NUCLEUS),
    )
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="tabular",
        samples=569,
        shape=(30,),
        classes=("malignant", "benign"),
        source="UCI Breast Cancer Wisconsin (Diagnostic), in scikit-learn",
        licence="CC BY 4.0",
    )

    def _parse(self) -> Pair:
        return scikit("load_breast_cancer")


class Diabetes(Tables):
    """442 patients, 10 measures, progression after one year (a number from 25 to 346)."""

    title: ClassVar[str] = "Diabetes"
    kind: Literal["diabetes"] = "diabetes"
    feature_names: ClassVar[tuple[str, ...]] = (
        *("age", "sex", "bmi", "bp"),
        *(f"s{number}" for number in range(1, 7)),
    )
    target_scaling: Literal["standard", "none"] = Field(
        "standard",
        description="standard: the model learns targets of mean 0 and deviation 1; "
        "losses and metrics are always shown in the original unit",
    )
    facts: ClassVar[Card] = Card(
        task="regression",
        modality="tabular",
        samples=442,
        shape=(10,),
        source="Efron et al. 2004, in scikit-learn",
        licence="BSD-3-Clause (scikit-learn's distribution)",
    )

    def scales_targets(self) -> bool:
        return self.target_scaling == "standard"

    def _parse(self) -> Pair:
        return scikit("load_diabetes", scaled=False)
