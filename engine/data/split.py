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

    @model_validator(mode="after")
    def _something_to_train_on(self) -> Split:
        if self.validation + self.test >= 0.95:
            raise ValueError(
                f"validation {self.validation:g} + test {self.test:g} leave under 5 % to train on; "
                "lower one of them"
            )
        return self

    def sizes(self, count: int) -> dict[str, int]:
        """Samples in `train`, `validation` and `test` when there are `count` in all."""
        test = round(count * self.test)
        validation = round(count * self.validation)
        return {"train": count - test - validation, "validation": validation, "test": test}
