"""Which rules a run is watched by, and how strictly. None of it changes what is learned."""

from __future__ import annotations

from pydantic import Field

from engine.spec import RARE, Spec


class Alerts(Spec):
    """What is told as an alert: marked on the curve, listed on the page, sent where asked for."""

    spike: float | None = Field(
        8.0,
        ge=3,
        le=1000,
        description="loss spike: one loss so many robust deviations above the usual, or three in "
        "a row half as many; none does not watch for it",
        examples=[8.0],
        json_schema_extra=RARE,
    )
    plateau: int | None = Field(
        10,
        ge=2,
        le=10_000,
        description="plateau: so many evaluations, and a tenth of the run, in which neither the "
        "training nor the validation loss fell by 1 %; none does not watch for it",
        examples=[10],
        json_schema_extra=RARE,
    )
    overfitting: int | None = Field(
        5,
        ge=2,
        le=10_000,
        description="overfitting: so many evaluations since the validation loss was lowest, "
        "5 % below what it is now, while the training loss went on falling; none does not watch "
        "for it",
        examples=[5],
        json_schema_extra=RARE,
    )
    gradients: bool = Field(
        True,
        description="layers whose gradient vanishes or explodes, where training.layer_norms_every "
        "measures them",
        json_schema_extra=RARE,
    )
    idle_gpu: float | None = Field(
        10.0,
        gt=0,
        le=100,
        description="idle GPU: percent of utilization that all GPUs of the run stay below for a "
        "minute while it trains; none does not watch for it",
        examples=[10.0],
        json_schema_extra=RARE,
    )
    starving: float | None = Field(
        0.5,
        gt=0,
        le=1,
        description="starving: share of a minute that steps spend waiting for data; none does not "
        "watch for it",
        examples=[0.5],
        json_schema_extra=RARE,
    )
    room: bool = Field(
        True,
        description="disk or memory nearly full",
        json_schema_extra=RARE,
    )
