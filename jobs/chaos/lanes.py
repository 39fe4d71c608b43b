"""The runs of a stand: as many under way as there are workers, small and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from engine.config import RunConfig
from engine.settings.command import override
from jobs.history.points import Points
from jobs.history.schema import CHUNKS
from jobs.run import Run
from jobs.services import runs
from jobs.yard import Yard

STEPS = 2_000

# Dropout, clipping, momentum, a schedule with warm-up: everything a resume could get wrong.
SETTINGS = (
    "data=digits",
    "data.limit=700",
    "model=mlp",
    "model.hidden=16",
    "model.dropout=0.3",
    "optimizer=adamw",
    "schedule=cosine",
    "schedule.warmup_steps=50",
    "training.clip_norm=1.0",
    "training.batch_size=32",
    "training.epochs=1000",
    "training.evaluate_steps=250",
    "training.checkpoint_seconds=0.3",
    "hardware.device=cpu",
    "hardware.threads=1",
)


@dataclass(frozen=True)
class Progress:
    """How far the history knows a run to be."""

    run: Run
    attempt: int = 0
    newest: float = 0.0
    """unix seconds of the newest step; 0 before the first"""


@dataclass
class Lanes:
    """Lane i trains with seed i, one run after the other."""

    yard: Yard
    number: int
    steps: int = STEPS
    own: tuple[str, ...] = ()
    """settings of the runs beside `SETTINGS`"""
    launched: dict[str, int] = field(default_factory=dict)
    """lane by run id, in the order of the launches"""
    over: set[str] = field(default_factory=set)

    def launch(self, lane: int) -> str:
        """The lane's next run."""
        words = self.settings(lane, name=f"chaos {len(self.launched) + 1}")
        run_id = runs.launch(self.yard, override(RunConfig(), words))
        self.launched[run_id] = lane
        return run_id

    def settings(self, lane: int, name: str) -> list[str]:
        """The lane's runs, as they are written on a command line."""
        own = (f"training.steps={self.steps}", f"training.seed={lane + 1}", f"name={name}")
        return [*SETTINGS, *self.own, *own]

    def fill(self) -> None:
        """A new run for every lane that has none under way."""
        for lane in set(range(self.number)) - {self.launched[each] for each in self.under_way}:
            self.launch(lane)

    @property
    def under_way(self) -> list[str]:
        """Runs that are not over, as far as was looked."""
        return [run_id for run_id in self.launched if run_id not in self.over]

    def look(self) -> dict[str, Progress]:
        """Every run that was under way at the last look."""
        found = {run_id: progress(self.yard, run_id) for run_id in self.under_way}
        self.over |= {run_id for run_id, each in found.items() if each.run.over}
        return found


def progress(yard: Yard, run_id: str) -> Progress:
    """What the history says of the run now."""
    query = (
        select(CHUNKS.c.attempt, CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings)
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric == "train/loss")
        .order_by(CHUNKS.c.attempt.desc(), CHUNKS.c.first_seq.desc())
        .limit(1)
    )
    run = runs.get(yard, run_id)
    with yard.history.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return Progress(run)
    points = Points.unpack(row.steps, row.seconds, row.readings)
    return Progress(run, row.attempt, float(points.seconds[-1]))
