"""Model families. To add one: write its file and name its class in `Model`.

A model says which tasks and kinds of data it takes (`tasks`, `modalities`); the form offers what
fits and says why the rest does not.
"""

from typing import Annotated

from pydantic import Field

from engine.models.cnn import Cnn
from engine.models.linear import LinearRegression
from engine.models.logistic import LogisticRegression
from engine.models.mlp import Mlp

Model = Annotated[
    LinearRegression | LogisticRegression | Mlp | Cnn,
    Field(discriminator="kind"),
]

__all__ = ["Cnn", "LinearRegression", "LogisticRegression", "Mlp", "Model"]
