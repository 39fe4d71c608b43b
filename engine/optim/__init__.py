"""Optimizers, one file a family. To add one: write its class in its family's file and name it in
the union at the file's end; nothing else. A new family is a new file, named here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.optim.adam import Adam, Adamax, Adams, AdamW, NAdam, RAdam
from engine.optim.base import OptimizerSpec
from engine.optim.descent import Descent, GradientDescent, Sgd
from engine.optim.muon import Muon
from engine.optim.newton import Lbfgs
from engine.optim.scaled import Adadelta, Adagrad, RmsProp, Scaled

__all__ = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "GradientDescent",
    "Lbfgs",
    "Muon",
    "NAdam",
    "Optimizer",
    "OptimizerSpec",
    "RAdam",
    "RmsProp",
    "Sgd",
]

Optimizer = Annotated[Adams | Descent | Scaled | Muon | Lbfgs, Field(discriminator="kind")]
