"""Writes the database of this revision, for the tests of the next ones.

`python -m tests.jobs.old.write` makes `tests/jobs/old/<revision>.sql`: a run that finished, one
that broke off, one that waits, stored by the recorder as it is now.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert

from engine.config import RunConfig
from engine.events import Checkpoint, Evaluation, Event, Finished, Held, Log, Started, Steps
from engine.presets import PRESETS
from engine.settings.command import override
from jobs.events import Claimed, Ended, Record
from jobs.history import History
from jobs.history.database import database_url
from jobs.history.schema import REVISION, RUNS
from jobs.home import Home
from jobs.recording.store import Heard, store

FINISHED, BROKEN, WAITING = (f"01K0000000000000000000000{number}" for number in (1, 2, 3))
NAMES = {FINISHED: "Ürsprung <b>1</b>", BROKEN: "broken off", WAITING: "waits"}


def main() -> None:
    """Replaces the file of this revision; those of earlier ones stay as they are."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).create()
        history = History.open(database_url(home))
        _write(history)
        history.close()
        with closing(sqlite3.connect(home.database)) as connection:
            dump = "\n".join(connection.iterdump())
    (Path(__file__).parent / f"{REVISION}.sql").write_text(f"{dump}\n")


def _write(history: History) -> None:
    config = override(PRESETS["digits_mlp"], ["name=", "training.epochs=3"])
    for run_id, name in NAMES.items():
        with history.writing() as connection:
            connection.execute(insert(RUNS).values(**_row(run_id, name, config)))
    for run_id, last in ((FINISHED, 600), (BROKEN, 540)):
        heard = [Heard(1, seq, event) for seq, event in enumerate(_events(run_id, last), start=1)]
        for batch in (heard[:10], heard[10:]):
            with history.writing() as connection:
                store(connection, run_id, batch)


def _row(run_id: str, name: str, config: RunConfig) -> dict[str, object]:
    row = {"id": run_id, "name": name, "config": config.model_dump_json(), "created": 1000.0}
    return {**row, "desired": "running", "model": config.model.kind, "data": config.data.kind}


def _events(run_id: str, last: int) -> Iterator[Record]:
    yield Claimed(attempt=1, worker="w1", machine="m1", device="cpu", time=1001.0)
    yield _started()
    yield from (_steps(range(begin + 1, begin + 61)) for begin in range(0, 480, 60))
    yield _steps(range(481, 541))
    yield _evaluation(540, "validation")
    yield Checkpoint(name="step-540-a1", bytes=10, seconds=0.1, step=540, time=1540.0)
    yield Log(message="half way", step=540, time=1540.0)
    yield Held(why="The disk is full.", step=540, time=1540.0)
    if run_id == BROKEN:
        yield Ended(cause="killed by signal 9 (SIGKILL)", signal=9, step=540, time=1541.0)
        return
    yield Held(why="", step=540, time=1540.0)
    yield _steps(range(541, last + 1))
    yield _evaluation(last, "validation")
    yield _evaluation(last, "test")
    yield Finished(reason="completed", message="all 600 steps done", step=last, time=1601.0)


def _started() -> Event:
    return Started(
        task="classification",
        device="cpu",
        device_name="a test",
        parameters=10,
        epochs=3,
        steps_per_epoch=200,
        total_steps=600,
        samples={"train": 6400, "validation": 10, "test": 10},
        time=1002.0,
    )


def _steps(steps: Sequence[int]) -> Event:
    return Steps(
        step=steps[-1],
        epoch=1,
        seconds=[1000.0 + step for step in steps],
        metrics={"train/loss": [1.0 / step for step in steps]},
        time=1000.0 + steps[-1],
    )


def _evaluation(step: int, split: str) -> Event:
    metrics = {"loss": 0.5, "accuracy": 0.25}
    return Evaluation.model_validate(
        {"split": split, "epoch": 1, "metrics": metrics, "step": step, "time": 1000.0 + step}
    )


if __name__ == "__main__":
    main()
