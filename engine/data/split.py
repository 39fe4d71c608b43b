"""How samples are divided into training, validation and test parts."""

from __future__ import annotations

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
        "its share; each sample is in the test part of one fold",
        examples=[5],
        json_schema_extra=RARE,
    )
    fold: int = Field(
        1, ge=1, le=1000, description="which fold is the test part", json_schema_extra=RARE
    )

    @property
    def test_share(self) -> float:
        """Share of the test part, that of a fold where there are folds."""
        return 1 / self.folds if self.folds else self.test

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
        if self.folds and self.fold > self.folds:
            raise ValueError(
                f"there are {self.folds} folds and no fold {self.fold}; "
                f"choose a fold from 1 to {self.folds}"
            )
        return self

    def sizes(self, count: int) -> dict[str, int]:
        """Samples in `train`, `validation` and `test` when there are `count` in all."""
        test = round(count * self.test)
        if self.folds:
            test = len(range(self.fold - 1, count, self.folds))
        validation = round(count * self.validation)
        return {"train": count - test - validation, "validation": validation, "test": test}
