"""How a language model writes at each evaluation, so that a person sees what it has learned."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.spec import RARE, Spec


class Sampling(Spec):
    """Text written at each evaluation. Looking changes nothing of the training."""

    forkable: ClassVar[bool] = True
    length: int = Field(200, ge=0, le=2000, description="tokens to write; 0 writes nothing")
    prompt: str = Field(
        "", max_length=2000, description="text to go on from; empty begins with a new line"
    )
    temperature: float = Field(
        0.8,
        ge=0,
        le=10,
        description="below 1 keeps to the likely, above 1 is bolder; 0 takes the likeliest",
    )
    top_k: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="draw from so many likeliest tokens only; none draws from all",
        examples=[50],
    )
    number: int = Field(1, ge=1, le=16, description="texts to write", json_schema_extra=RARE)
