"""Where the form begins: presets, a run again, its replay, a fork of it, data of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import services
from dashboard.form import session
from dashboard.form.check import grouped
from dashboard.form.session import Sheet
from dashboard.form.state import State
from engine.config import RunConfig
from engine.data import Data, ImageFolder, OwnCorpus, OwnPairs, OwnTable
from engine.loop.range_test import after_test
from engine.presets import PRESETS, first_for
from engine.saving.start import FOLDER as START
from jobs.data_sets import DataSets, UnknownDataSet
from jobs.run import Run
from jobs.services import changes, forks, runs
from jobs.services.forks import Point

RUN = "run:"
TITLES = {"table": "Table", "images": "Images", "corpus": "Corpus", "pairs": "Pairs"}
"""what the URL may name, and how it is called in `Start from`"""


@dataclass(frozen=True)
class Beginning:
    """`sources`: what the form can start from, the one that the URL names first."""

    sources: Mapping[str, RunConfig]
    origin: Run | None = None
    """the run to launch again, to replay or to fork"""
    point: Point | None = None
    """the checkpoint that the new run begins from; none for step 0"""

    def lay_out(self, form: State) -> Sheet:
        """As `session.lay_out`; also says what the state of the checkpoint has no use for."""
        sheet = session.lay_out(form)
        config, point = sheet.outcome.config, self.point
        if point is None or config is None:
            return sheet
        found = grouped(forks.problems(services.yard(), point.start, point.config, config))
        problems = {**found, **sheet.outcome.problems}
        return replace(sheet, outcome=replace(sheet.outcome, problems=problems))

    def begun(self, config: RunConfig) -> RunConfig:
        """The settings with their checkpoint, ready to launch."""
        return config.model_copy(update={"start": self.point.start if self.point else None})


def find() -> Beginning:
    """What the URL asks for; what is not there is said, and the form begins with a preset."""
    origin = _origin()
    if origin is None:
        return Beginning({**_from_own(), **PRESETS})
    if "fork" in st.query_params:
        return _fork(origin)
    if "replay" in st.query_params:
        return _replay(origin)
    rate = st.query_params.get("learning_rate", "")
    found = after_test(origin.config, rate)
    if found is None:
        return Beginning({f"{RUN}{origin.id}": origin.config, **PRESETS}, origin)
    return Beginning({f"{RUN}{origin.id} {rate}": found, **PRESETS}, origin)


def _origin() -> Run | None:
    """The run to begin with, when the URL names one that exists."""
    run_id = st.query_params.get("fork", st.query_params.get("from"))
    if run_id is None:
        return None
    try:
        found = runs.get(services.yard(), run_id)
    except runs.UnknownRun:
        services.trouble("The run to start from is unknown", "The form begins with a preset.")
        return None
    if found.script is not None:
        services.trouble(
            "That run is a script of your own",
            "Start the script again for another run of it. The form begins with a preset.",
        )
        return None
    return found


def _fork(origin: Run) -> Beginning:
    point = _point(origin, st.query_params.get("at", ""))
    if point is None:
        return Beginning({f"{RUN}{origin.id}": origin.config, **PRESETS}, origin)
    return Beginning({f"{RUN}{origin.id}@{point.kept.name}": point.config}, origin, point)


def _replay(origin: Run) -> Beginning:
    """A replay of a fork begins where it began."""
    config = changes.replay(services.yard(), origin)
    point = _point(origin, START) if origin.config.start else None
    return Beginning({f"{RUN}{origin.id} replay": config, **PRESETS}, origin, point)


def _point(origin: Run, at: str) -> Point | None:
    try:
        return forks.point(services.yard(), origin, at)
    except runs.NotPossible as refusal:
        remedy = f"{refusal} The form has the run's settings, for a run from step 0."
        services.trouble("That checkpoint cannot be begun from", remedy)
        return None


def _from_own() -> Mapping[str, RunConfig]:
    """What learns from the data that the URL names; empty where it names none that are there."""
    kind = next((name for name in TITLES if name in st.query_params), "")
    try:
        found = DataSets.of(services.yard()).get(st.query_params.get(kind, ""))
    except UnknownDataSet:
        return {}
    data = _own_data(kind, found.digest)
    preset = first_for(data) or RunConfig()
    aim = f", {data.target}" if isinstance(data, OwnTable) and data.target else ""
    title = f"{TITLES[kind]}: {found.name}, version {found.version}{aim}"
    return {title: preset.model_copy(update={"data": data, "name": ""})}


def _own_data(kind: str, digest: str) -> Data:
    match kind:
        case "images":
            return ImageFolder(images=digest)
        case "corpus":
            return OwnCorpus(corpus=digest)
        case "pairs":
            return OwnPairs(pairs=digest)
    target, text = (st.query_params.get(name, "") for name in ("target", "text"))
    return OwnTable(table=digest, target=target, text=text)
