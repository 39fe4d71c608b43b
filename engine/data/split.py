"""How samples are divided into training, validation and test parts."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from engine.spec import RARE, Spec


class Split(Spec):
    """Shares of the data kept for validation and test; the rest is for training."""

    validation: float = Field(0.15, ge=0, lt=1, description="share that steers early stopping")
    test: float = Field(0.15, ge=0, lt=1, description="share touched once, at the end")
    stratified: bool = Field(
        True, description="keep the class proportions in every part", json_schema_extra=RARE
    )
    seed: int = Field(
        0,
        ge=0,
        lt=2**31,
        description="which samples go where; apart from training",
        json_schema_extra=RARE,
    )

    folds: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="cross-validation: the test part is one of so many equal parts, in place of "
        "its share; a run trains once for each of them, and each sample is tested once",
        examples=[5],
    )
    fold: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="train once, with this fold as the test part; none trains all of them",
        examples=[1],
        json_schema_extra=RARE,
    )

    @property
    def every_fold(self) -> bool:
        """Whether a run is several trainings: one for each fold."""
        return self.folds is not None and self.fold is None

    @property
    def tested_fold(self) -> int:
        """The fold that is the test part; where all are, the first one, which is the largest."""
        return self.fold or 1

    @property
    def trainings(self) -> int:
        """How often a run trains."""
        return self.folds if self.folds and self.fold is None else 1

    @property
    def test_share(self) -> float:
        """Share of the test part, that of a fold where there are folds."""
        return 1 / self.folds if self.folds else self.test

    @model_validator(mode="before")
    @classmethod
    def _no_fold_of_nothing(cls, given: Any) -> Any:
        """Without folds a fold says nothing. Runs from before it could be none have a 1 there."""
        if isinstance(given, dict) and given.get("folds") is None and "fold" in given:
            return {**given, "fold": None}
        return given

    @model_validator(mode="after")
    def _something_to_train_on(self) -> Split:
        if self.validation + self.test_share >= 0.95:
            raise ValueError(
                f"validation {self.validation:g} + test {self.test_share:g} leave under 5 % to "
                "train on; lower one of them"
            )
        return self

    @model_validator(mode="after")
    def _fold_of_folds(self) -> Split:
        if self.folds and self.tested_fold > self.folds:
            raise ValueError(
                f"there are {self.folds} folds and no fold {self.fold}; "
                f"choose a fold from 1 to {self.folds}"
            )
        return self

    def remark(self) -> str:
        if self.folds is None:
            return ""
        if self.fold:
            return f"one training: fold {self.fold} of {self.folds} is its test part"
        return (
            f"{self.folds} trainings, one after the other: each fold is the test part of one, and "
            "the result is their mean and deviation"
        )

    def sizes(self, count: int) -> dict[str, int]:
        """Samples in `train`, `validation` and `test` when there are `count` in all."""
        test = round(count * self.test)
        if self.folds:
            test = len(range(self.tested_fold - 1, count, self.folds))
        validation = round(count * self.validation)
        return {"train": count - test - validation, "validation": validation, "test": test}
