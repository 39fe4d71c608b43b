"""`RunConfig`: everything that decides a run, as one frozen object.

The form, the command line, the queue, the checkpoint folder and "launch again" carry it as JSON.
The path of a setting (`optimizer.learning_rate`) names it on the command line, on its widget and
in an error.
"""

from __future__ import annotations

from pydantic import Field

from engine.alerts.settings import Alerts
from engine.data import Data, Mnist
from engine.loop.best import Judge
from engine.losses import Automatic, Loss
from engine.models import Cnn, Model
from engine.optim import AdamW, Optimizer
from engine.schedules import Cosine, Schedule
from engine.settings.guard import Guard
from engine.settings.hardware import Hardware
from engine.settings.plan import Change
from engine.settings.start import Start
from engine.spec import HIDDEN, LIVE, RARE, Spec


class EarlyStopping(Spec):
    """Ends the run when the validation metric (`best_by`) has stopped getting better."""

    patience: int = Field(
        5,
        ge=1,
        le=10_000,
        description="evaluations (epochs) without improvement to wait for",
        json_schema_extra=LIVE,
    )
    min_delta: float = Field(
        0.0,
        ge=0,
        le=1e6,
        description="a smaller change is no improvement",
        json_schema_extra=RARE | LIVE,
    )


class MovingAverage(Spec):
    """Evaluates and keeps a running mean of the weights (EMA), which is calmer than the last ones.

    Polyak and Juditsky (1992). The steps themselves are not changed by it.
    """

    decay: float = Field(
        0.999,
        gt=0,
        lt=1,
        description="share of the mean kept in each step; 0.999 looks back about 1,000 steps",
    )


class Training(Spec):
    """How long and how carefully to train."""

    epochs: int = Field(
        15, ge=1, le=100_000, description="passes over the training part", json_schema_extra=LIVE
    )
    steps: int | None = Field(
        None,
        ge=1,
        le=100_000_000,
        description="end after so many steps, however many epochs that makes; none trains all",
        examples=[2000],
        json_schema_extra=RARE | LIVE,
    )
    evaluate_steps: int | None = Field(
        None,
        ge=1,
        le=100_000_000,
        description="evaluate every so many steps; none evaluates at the end of each epoch",
        examples=[200],
        json_schema_extra=RARE | LIVE,
    )
    batch_size: int = Field(
        32, ge=1, le=1_000_000, description="samples that pass the model at once"
    )
    accumulation: int = Field(
        1,
        ge=1,
        le=100_000,
        description="batches whose gradients are summed before a step: a step then learns from "
        "so many times the batch size, in the memory of one batch",
        json_schema_extra=RARE,
    )
    fit_memory: bool = Field(
        False,
        description="when a batch does not fit into memory, take it in halves and sum their "
        "gradients: a step learns from as many samples as before",
        json_schema_extra=RARE,
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of weights, order and dropout")
    clip_norm: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="longest gradient allowed (L2 norm over all weights); none is no clip",
        examples=[1.0],
        json_schema_extra=LIVE,
    )
    clip_value: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="largest gradient allowed in each weight, before clip norm; none is no clip",
        examples=[1.0],
        json_schema_extra=RARE | LIVE,
    )
    l1: float = Field(
        0.0,
        ge=0,
        le=1,
        description="pull of every weight towards zero by the same amount (L1 penalty); it is in "
        "the gradient and not in the shown loss; 0 is none",
        json_schema_extra=RARE | LIVE,
    )
    ema: MovingAverage | None = Field(
        None,
        description="evaluate and keep a running mean of the weights",
        json_schema_extra=RARE,
    )
    layer_norms_every: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="measure the gradient of each layer every so many steps, to see where it "
        "vanishes or explodes; none does not",
        examples=[10],
        json_schema_extra=RARE,
    )
    early_stopping: EarlyStopping | None = Field(
        None, description="stop when the validation metric no longer gets better"
    )
    best_by: Judge = Field(
        "loss",
        description="the validation metric that says which weights are best, and when to stop "
        "early; each task has its own",
        json_schema_extra=RARE,
    )
    keep_best: bool = Field(
        True,
        description="test and keep the weights of the best validation metric, not the last ones",
        json_schema_extra=RARE,
    )
    guard: Guard | None = Field(
        None,
        description="refuse steps that look wrong: go back to good weights with a lower rate",
    )
    checkpoint_seconds: float = Field(
        10.0,
        ge=0,
        le=86_400,
        description="at most this many seconds of work are lost in a crash",
        json_schema_extra=RARE | LIVE,
    )


class RunConfig(Spec):
    """One run, whole."""

    name: str = Field("", max_length=80, description="how the run is called; any text")
    data: Data = Mnist()
    model: Model = Cnn(dropout=0.5)
    loss: Loss = Automatic()
    optimizer: Optimizer = AdamW(learning_rate=2e-3)
    schedule: Schedule = Cosine()
    training: Training = Training()
    hardware: Hardware = Hardware()
    alerts: Alerts = Alerts()
    changes: list[Change] = Field(
        [],
        max_length=1_000,
        description="settings that change while the run trains, one a line: the steps done when "
        "it takes effect, then what to change, e.g. 500 optimizer.learning_rate=1e-4",
        json_schema_extra=RARE,
    )
    start: Start | None = Field(
        None,
        description="the checkpoint of another run that this one begins from",
        json_schema_extra=HIDDEN,
    )
    code: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the files of a model of one's own, as they lie in the store",
        json_schema_extra=HIDDEN,
    )
