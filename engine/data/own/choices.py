"""How a table of one's own is made ready: missing values, categories, scales, dates, texts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.data.augmentation import TableAugmentation
from engine.data.own.stored import Wording
from engine.data.reading import Dropout, Length, Reading, Swap
from engine.data.source import Source
from engine.data.tokens import Words
from engine.spec import FORK, RARE, Spec

Missing = Annotated[
    Literal["mean", "median", "mode", "constant", "drop"],
    Field(
        description="what stands for a missing value: of numbers the mean, median, commonest or a "
        "constant; of texts the commonest with mode, else a category of its own; or drop the row"
    ),
]
Scaling = Annotated[
    Literal["standard", "minmax", "robust", "none"],
    Field(
        description="standard: mean 0, deviation 1; minmax: 0 to 1; robust: median 0, quartiles 1 "
        "apart; measured on the training part"
    ),
]


class DateParts(Spec):
    """What is read of a date; with none of them dates are left out."""

    year: bool = Field(True, description="read the year of a date", json_schema_extra=RARE)
    month: bool = Field(True, description="read the month, 1 to 12", json_schema_extra=RARE)
    day: bool = Field(True, description="read the day of the month", json_schema_extra=RARE)
    weekday: bool = Field(
        True, description="read the day of the week, 0 (Monday) to 6", json_schema_extra=RARE
    )
    hour: bool = Field(False, description="read the hour, 0 to 23", json_schema_extra=RARE)

    @property
    def parts(self) -> tuple[str, ...]:
        """Those that are read, by name."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))


class Preparation(Source):
    """What is done to the columns before a model sees them."""

    missing: Missing = "mean"
    missing_value: float = Field(
        0.0,
        ge=-1e30,
        le=1e30,
        description="what stands for a missing number where that is a constant",
        json_schema_extra=RARE,
    )
    missing_indicator: bool = Field(
        False, description="a further feature says where a value was missing"
    )
    categories: Literal["one_hot", "ordinal"] = Field(
        "one_hot",
        description="one_hot: a feature of 0 and 1 for each text; ordinal: one number, in the "
        "order of the alphabet. Texts that training has not seen are 0 everywhere, or -1",
    )
    most_categories: int = Field(
        32,
        ge=2,
        le=1000,
        description="of a column with more different texts the commonest are told apart, the rest "
        "are one category",
        json_schema_extra=RARE,
    )
    scaling: Scaling = "standard"
    target_scaling: Literal["standard", "none"] = Field(
        "standard",
        description="standard: the model learns numbers of mean 0 and deviation 1; losses and "
        "metrics are always shown in the original unit",
        json_schema_extra=RARE,
    )
    dates: DateParts = DateParts()
    trim: bool = Field(
        True, description="read texts without the spaces around them", json_schema_extra=RARE
    )
    lower: bool = Field(False, description="read capitals as small letters", json_schema_extra=RARE)
    drop_duplicates: bool = Field(
        False, description="of rows that are the same in all that is used, keep the first"
    )
    tokens: Annotated[Reading, Field(json_schema_extra=RARE)] = Words()
    length: Annotated[Length, Field(json_schema_extra=RARE)] = 48
    token_dropout: Annotated[Dropout, Field(json_schema_extra=RARE | FORK)] = 0.0
    token_swap: Annotated[Swap, Field(json_schema_extra=RARE | FORK)] = 0.0
    augmentation: TableAugmentation = TableAugmentation()

    @property
    def wording(self) -> Wording:
        """How texts are read, also those that name a class."""
        return Wording(self.trim, self.lower)
