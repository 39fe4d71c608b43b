"""Data sets. To add one: write its class with `card` and `load` and name it in `Data`."""

from typing import Annotated

from pydantic import Field

from engine.data.builtin import BreastCancer, Diabetes, Digits, Iris, Mnist
from engine.data.card import Card

Data = Annotated[
    Mnist | Digits | Iris | BreastCancer | Diabetes,
    Field(discriminator="kind"),
]

__all__ = [
    "BreastCancer",
    "Card",
    "Data",
    "Diabetes",
    "Digits",
    "Iris",
    "Mnist",
]
