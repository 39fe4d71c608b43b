"""`models`: the model families that can be trained, the machine's owner's own ones among them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import typer
from rich.table import Table

from engine.config import RunConfig, Training
from engine.data import Data
from engine.models import OWN, Model
from engine.models.base import ModelSpec
from engine.models.own import FOLDER, kind_of
from jobs.cli import text
from jobs.cli.look import JsonOption


def build() -> typer.Typer:
    """The group `models`."""
    group = typer.Typer(help="Model families.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("list")(list_models)
    group.command("check")(check)
    return group


def _group() -> None:
    """Model families."""


def list_models(as_json: JsonOption = False) -> None:
    """List the models: kind (for `model=...`), what they learn, from what."""
    found = [_facts(model) for model in get_args(get_args(Model)[0])]
    if as_json:
        text.write_json(found)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("model=", "name", "learns", "from", "own"):
        table.add_column(column)
    for each in found:
        cells = (each["kind"], each["title"], ", ".join(each["tasks"]))
        table.add_row(*cells, ", ".join(each["modalities"]), "yes" if each["own"] else "")
    text.console().print(table)


def check() -> None:
    """Try the models of your own folder on data they say they take; exit code 2 if one fails."""
    if not OWN.models and not OWN.refused:
        text.note(f"no models of your own: name their folder in {FOLDER} (see README)")
        return
    wrong = [f"{path}: {reason}" for path, reason in OWN.refused]
    trials = [(model, config) for model in OWN.models for config in _configs(model)]
    for (model, config), answer in zip(trials, _inspected(trials), strict=True):
        name = f"{model.title} on {config.data.title}"
        if "summary" in answer:
            text.write(f"{name}: {answer['summary']['parameters']:,} parameters")
        wrong += [f"{name}: {problem['message']}" for problem in answer.get("problems", [])]
    for line in wrong:
        text.note(line)
    if wrong:
        raise typer.Exit(2)


def _configs(model: type[ModelSpec]) -> Iterator[RunConfig]:
    """The model on every data set that it says it takes, and that needs no choice first."""
    for source in get_args(get_args(Data)[0]):
        data = source()
        if any(data.problems()):
            continue
        if data.card.modality in model.modalities and data.card.task in model.tasks:
            # One sample a step fits every data set.
            common = RunConfig(training=Training(batch_size=1))
            yield common.model_copy(update={"data": data, "model": model()})


def _inspected(trials: Sequence[tuple[type[ModelSpec], RunConfig]]) -> list[dict[str, Any]]:
    """What `engine.inspect` says of each, in order: it builds the models, with torch."""
    asked = "".join(json.dumps(config.to_dict()) + "\n" for _, config in trials)
    command = [sys.executable, "-m", "engine.inspect"]
    answers = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in answers.stdout.splitlines()]


def _facts(model: type[ModelSpec]) -> dict[str, Any]:
    return {
        "kind": kind_of(model),
        "title": model.title,
        "tasks": list(model.tasks),
        "modalities": list(model.modalities),
        "own": model in OWN.models,
    }
