"""What a run says while it trains: one frozen class per fact, one union, one JSON.

To add an event, write a class with its `kind` and name it in `Event`. What comes by the clock and
not from a step is in `engine/samples.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.changed import Changed as Changed
from engine.data.card import Task
from engine.fact import Fact as Fact
from engine.held import Held as Held
from engine.obeyed import Obeyed as Obeyed
from engine.refused import Refused as Refused
from engine.samples import Hardware as Hardware
from engine.samples import Timing as Timing
from engine.settings.start import Start
from engine.spec import Spec


class Started(Fact):
    """Training is about to take its first step, or the first one after `step` when resumed.

    Each fold has one; its `total_steps` is of the whole run, as far as that can be known.
    """

    kind: Literal["started"] = "started"
    task: Task
    device: str
    """torch's name of the device, e.g. `cpu` or `cuda:0`"""
    device_name: str
    """what people call it, e.g. `AMD EPYC 7B13` or `NVIDIA H200`"""
    parameters: int
    epochs: int
    steps_per_epoch: int
    total_steps: int
    samples: dict[str, int]
    """number of samples in `train`, `validation`, `test`"""
    classes: list[str] = []
    """class names in label order; empty for regression"""
    resumed: Literal["", "exact", "best-effort"] = ""
    resume_note: str = ""
    """why a resume is only best-effort; empty otherwise"""
    versions: dict[str, str] = {}
    choices: dict[str, str] = {}
    """what was chosen automatically and why, e.g. `precision`: `fp32, this CPU has no bf16`"""
    layers: list[str] = []
    """names in the order of `Gradients.norms`; empty where gradients are not measured"""
    folds: int = 0
    """how many trainings the run is, one a fold; 0 for a run that is one training"""
    start: Start | None = None
    """the checkpoint of another run that this one began from"""


class Steps(Fact):
    """Consecutive optimizer steps, fetched from the device together. `step` is the last of them."""

    kind: Literal["steps"] = "steps"
    epoch: int
    """epoch of the last step, counted from 1"""
    seconds: list[float]
    """wall-clock end of each step, same length as every list in `metrics`"""
    metrics: dict[str, list[float]]
    """`train/loss`, `train/learning_rate`, `train/gradient_norm`; one value a step"""


class Gradients(Fact):
    """Lengths of the gradient, layer by layer, before clipping. `step` is the last one measured."""

    kind: Literal["gradients"] = "gradients"
    steps: list[int]
    """the steps measured, every `training.layer_norms_every`"""
    seconds: list[float]
    """wall-clock end of each of these steps"""
    norms: dict[str, list[float]]
    """by layer, from the input's to the output's: its L2 norm at each of these steps"""


class Curve(Spec):
    """Points of a small drawn curve, e.g. ROC: `x` and `y` have the same length."""

    label: str
    x: list[float]
    y: list[float]


class Sample(Spec):
    """A text the model wrote after `prompt`."""

    prompt: str
    text: str


class Table(Spec):
    """Rows for people, e.g. the nearest neighbours of words; a number is shown as a number."""

    name: str
    columns: list[str]
    rows: list[list[str | float]]
    note: str = ""


class Example(Spec):
    """One sample and what the model said of it."""

    place: int
    """row number in the data set"""
    truth: str
    prediction: str
    loss: float
    text: str = ""
    features: dict[str, float | str] = {}
    """of a row of a table, by name, before scaling"""
    pixels: list[list[list[int]]] = []
    """of an image, 0 to 255: `(height, width, channels)`"""
    picture: str = ""
    """of an image, instead of `pixels`: a PNG file as base64"""
    probability: float | None = None
    """of the predicted class; None for numbers"""


DRAWN = frozenset(
    {
        "confusion",
        "roc",
        "precision_recall",
        "calibration",
        "targets",
        "predictions",
        "samples",
        "tables",
        "watched",
        "worst",
    }
)
"""fields of an evaluation that only pictures need; they are larger than all its numbers"""


class Evaluation(Fact):
    """Metrics of one pass over one split, measured after `step` steps."""

    kind: Literal["evaluation"] = "evaluation"
    split: Literal["validation", "test"]
    epoch: int
    metrics: dict[str, float]
    """`loss` and those of the task (`docs/architecture.md`); no undefined ones"""
    confusion: list[list[int]] = []
    """rows: true class, columns: predicted class; empty for regression"""
    roc: list[Curve] = []
    """one curve for two classes, one per class (one against the rest) for more"""
    targets: list[float] = []
    """regression: true values of up to 1,000 samples, same order as `predictions`"""
    predictions: list[float] = []
    precision_recall: list[Curve] = []
    calibration: list[Curve] = []
    """predicted probability against the share that came true"""
    samples: list[Sample] = []
    tables: list[Table] = []
    watched: list[Example] = []
    """the same few samples of the validation part at every evaluation"""
    worst: list[Example] = []
    """the samples of the highest loss, highest first"""
    intervals: dict[str, list[float]] = {}
    """lower and upper end of the 95 % confidence interval, by bootstrap over the samples"""
    baseline_name: str = ""
    baseline: dict[str, float] = {}
    """metrics of a simple method on the same parts, to compare with"""


class CrossValidation(Fact):
    """A fold is done: what the tests of all folds so far say together."""

    kind: Literal["cross_validation"] = "cross_validation"
    done: int
    """folds that were tested"""
    folds: int
    means: dict[str, float]
    """mean of every metric that all of these tests have"""
    deviations: dict[str, float]
    """sample standard deviation (divided by `done - 1`) of the same; empty after one fold"""


class Checkpoint(Fact):
    """A checkpoint is on disk, complete and hashed."""

    kind: Literal["checkpoint"] = "checkpoint"
    name: str
    bytes: int
    seconds: float
    """how long writing it held up the training"""


class Log(Fact):
    """A line for the person who watches."""

    kind: Literal["log"] = "log"
    level: Literal["info", "warning", "error"] = "info"
    message: str


class Alert(Fact):
    """Something that wants attention: shown on the curve at `step` and listed on the page."""

    kind: Literal["alert"] = "alert"
    level: Literal["warning", "error"] = "warning"
    code: str
    """stable name of the rule, e.g. `loss-not-finite`"""
    message: str


class Finished(Fact):
    """The last word of an attempt. After `interrupted` the run goes back to the queue, after
    `paused` once somebody resumes it.
    """

    kind: Literal["finished"] = "finished"
    reason: Literal["completed", "early-stopped", "stopped", "paused", "interrupted", "failed"]
    message: str = ""
    """a sentence for people: why it failed, or which epoch stopped it"""


Event = Annotated[
    Started
    | Steps
    | Gradients
    | Timing
    | Evaluation
    | CrossValidation
    | Checkpoint
    | Log
    | Alert
    | Changed
    | Obeyed
    | Refused
    | Held
    | Hardware
    | Finished,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
