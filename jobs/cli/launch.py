"""`launch`: settings from the command line, a run on the queue, and on wish its progress."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from engine.config import RunConfig
from engine.settings.start import Start
from jobs.base_path import base_path
from jobs.cli import text
from jobs.cli.wait import wait_for
from jobs.data_sets import DataSets
from jobs.export.summary import as_dict
from jobs.history.data_sets import OWN_SETTINGS
from jobs.home import Home
from jobs.run import Run
from jobs.services import changes, forks, queueing
from jobs.services import runs as services
from jobs.services.launching import launch_all, over_seeds
from jobs.yard import Yard

Settings = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[preset=NAME] [key=value]...",
        help="E.g. `preset=digits_mlp training.epochs=5 optimizer.learning_rate=3e-4`.",
    ),
]


def launch(  # noqa: PLR0913  one argument an option
    settings: Settings = None,
    name: Annotated[str | None, typer.Option(help="What to call the run; any text.")] = None,
    wait: Annotated[
        bool, typer.Option(help="Show progress until it ends; exit code 1 unless it finished.")
    ] = False,
    key: Annotated[
        str | None, typer.Option(help="Launches once, however often it is given.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--from", help="Begin with the settings of this run.")
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(help="This run again, with all that was changed while it trained."),
    ] = None,
    fork: Annotated[
        str | None,
        typer.Option(
            metavar="RUN[@STEP]",
            help="Begin from a checkpoint of this run, by default its newest, with its settings.",
        ),
    ] = None,
    priority: Annotated[
        str, typer.Option(help="high, normal, low, or a number: the higher, the sooner.")
    ] = "normal",
    seeds: Annotated[
        int, typer.Option(min=1, max=100_000, help="So many runs that differ in the seed alone.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON.")] = False,
) -> None:
    """Launch a run."""
    from engine.settings.command import override, parse_config

    yard = Yard.open()
    source, begin, start = _begin(yard, origin, replay, fork)
    config = override(begin, [_by_digest(yard, word) for word in settings or []])
    if name is not None:
        config = parse_config({**config.model_dump(), "name": name})
    config = config.model_copy(update={"start": start})
    place, from_run = queueing.priority_of(priority), source.id if source else None
    if seeds > 1:
        _launch_all(yard, over_seeds(config, seeds), from_run, place, alone=not (wait or key))
        return
    run_id = services.launch(yard, config, from_run, key, place)
    if as_json:
        text.write_json(as_dict(services.get(yard, run_id)))
    elif wait and not sys.stdout.isatty():
        text.write_json({"kind": "launched", "run": run_id})
    else:
        text.write(f"{run_id}  {page(yard.home, run_id)}")
    if wait:
        raise typer.Exit(wait_for(yard, run_id))


def _launch_all(
    yard: Yard, configs: list[RunConfig], origin: str | None, priority: int, *, alone: bool
) -> None:
    """One id a line."""
    if not alone:
        raise typer.BadParameter("--seeds launches several runs; --wait and --key are for one")
    for run_id in launch_all(yard, configs, origin, priority):
        text.write(run_id)


def _begin(
    yard: Yard, origin: str | None, replay: str | None, fork: str | None
) -> tuple[Run | None, RunConfig, Start | None]:
    """The run to begin with, its settings, and the checkpoint if it is not to begin anew."""
    given = [word for word in (origin, replay, fork) if word]
    if not given:
        return None, RunConfig(), None
    if len(given) > 1:
        raise typer.BadParameter("--from, --replay and --fork say what to begin with; give one")
    if fork:
        point = forks.read(yard, fork)
        return point.run, point.config, point.start
    source = services.find(yard, given[0])
    if source.script is not None:
        raise services.NotPossible(
            f"{source.name} is a script of your own: start the script again, not the run."
        )
    if replay:
        return source, changes.replay(yard, source), source.config.start
    return source, source.config, None


def _by_digest(yard: Yard, word: str) -> str:
    """`data.table=NAME`, `data.images=NAME` and their like with the digest, which is what a run
    keeps; others as they are.

    Raises UnknownDataSet, which says what there is.
    """
    for setting in (f"data.{each}=" for each in OWN_SETTINGS):
        name = word.removeprefix(setting)
        if name and name != word:
            return f"{setting}{DataSets.of(yard).find(name).digest}"
    return word


def page(home: Home, run_id: str) -> str:
    """Where the run is shown, as far as known: the port of the stack that runs here."""
    from jobs.stack.running import Running

    running = Running.read(home)
    port = running.port if running else os.environ.get("TRAINYARD_PORT", "8501")
    return f"http://127.0.0.1:{port}{base_path()}/run?id={run_id}"
