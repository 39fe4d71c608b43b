"""`set` and `changes`: other settings for a run that trains, and what was changed when."""

from __future__ import annotations

import dataclasses
import getpass
from typing import Annotated

import typer
from rich.table import Table

from engine.problem import Problem, SettingsError
from engine.settings.plan import read, write
from jobs.cli import text
from jobs.cli.look import JsonOption, RunArgument
from jobs.services import changes as services
from jobs.services import runs
from jobs.services.changes import Told
from jobs.yard import Yard


def set_(
    run: RunArgument,
    settings: Annotated[
        list[str],
        typer.Argument(metavar="key=value...", help="E.g. `optimizer.learning_rate=1e-4`."),
    ],
) -> None:
    """Change settings of a run from its next step on, while it trains or waits."""
    yard = Yard.open()
    found = runs.find(yard, run)
    pairs = [_pair(word) for word in settings]
    for path, value in pairs:
        services.ask(yard, found.id, path, read(value), who())
        text.write(f"{found.id}  {path} = {value}  (asked for; `./trainyard changes` says when)")


def changes(run: RunArgument, as_json: JsonOption = False) -> None:
    """List what was changed while the run trained, at which step and by whom."""
    yard = Yard.open()
    found = runs.find(yard, run)
    told = services.every(yard, found)
    if as_json:
        text.write_json([dataclasses.asdict(each) for each in told])
    elif told:
        text.console().print(_table(told))
    else:
        text.note(
            "nothing was changed. `./trainyard set RUN optimizer.learning_rate=1e-4` does, while "
            "the run trains."
        )


def _pair(word: str) -> tuple[str, str]:
    path, sign, value = word.partition("=")
    if not sign or not path.strip():
        sentence = f"{word!r} is no setting; write path=value, e.g. training.clip_norm=1"
        raise SettingsError([Problem("", sentence)])
    return path.strip(), value.strip()


def who() -> str:
    """The name of whoever types, where the machine knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a container without a name for its user


def _table(told: list[Told]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("step", "setting", "change", "by", "state", "when"):
        table.add_column(column, no_wrap=column != "state")
    for each in told:
        table.add_row(
            _place(each),
            text.printable(each.setting),
            text.printable(_change(each)),
            text.printable(each.who or {"person": "hand"}.get(each.by, each.by)),
            text.printable(f"{each.state}: {each.refused}" if each.refused else each.state),
            text.clock(each.time),
        )
    return table


def _place(told: Told) -> str:
    if told.step is None:
        return "-"
    step = f"{told.step - told.fold_begin:,}"
    return f"{step} of fold {told.fold}" if told.fold else step


def _change(told: Told) -> str:
    after = write(told.after)
    return f"to {after}" if told.step is None else f"{write(told.before)} → {after}"
