"""The guard: a step that looks wrong never touches the weights."""

from __future__ import annotations

from pydantic import Field

from engine.spec import LIVE, RARE, Spec


class Guard(Spec):
    """Refuses a step whose loss or gradient is not finite, or far out of what was usual.

    Then the weights go back to a state after which many steps went well, the learning rate is
    lowered, and the data go on behind the refused batch, as PaLM was trained (Chowdhery et al.,
    arXiv:2204.02311, section 5.1). Samples that are not finite themselves are left out for good.
    """

    deviations: float = Field(
        20.0,
        ge=3,
        le=1000,
        description="a step is refused whose loss or gradient lies so many robust deviations "
        "above the usual one",
        json_schema_extra=LIVE,
    )
    lower: float = Field(
        0.5,
        gt=0,
        le=1,
        description="the learning rate is multiplied by this each time",
        json_schema_extra=LIVE,
    )
    times: int = Field(
        3,
        ge=1,
        le=1_000,
        description="how often the run goes back; the next bad step ends it as failed",
        json_schema_extra=LIVE,
    )
    every: int = Field(
        50,
        ge=1,
        le=1_000_000,
        description="steps between two copies of the weights to go back to; one is good once as "
        "many steps went well after it",
        json_schema_extra=RARE,
    )
