"""`data list`: the data sets that can be trained on."""

from __future__ import annotations

from typing import get_args

import typer
from rich.table import Table

from engine.data import Data
from engine.data.source import Source
from jobs.cli import text
from jobs.cli.look import JsonOption


def build() -> typer.Typer:
    """The group `data`."""
    group = typer.Typer(help="Data sets.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("list")(list_sets)
    return group


def _group() -> None:
    """Data sets."""


def list_sets(as_json: JsonOption = False) -> None:
    """List the data sets: kind (for `data=...`), size, classes, licence."""
    sets = kinds()
    if as_json:
        cards = {kind: {"title": each.title, **each().card.__dict__} for kind, each in sets.items()}
        text.write_json(cards)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("data=", "name", "task", "samples", "shape", "classes", "licence"):
        table.add_column(column)
    for kind, each in sets.items():
        card = each().card
        shape = "x".join(str(size) for size in card.shape)
        classes = str(len(card.classes) or "-")
        table.add_row(
            kind, each.title, card.task, f"{card.samples:,}", shape, classes, card.licence
        )
    text.console().print(table)


def kinds() -> dict[str, type[Source]]:
    """The classes of the union `Data` by their `kind`."""
    union = get_args(Data)[0]
    return {each.model_fields["kind"].default: each for each in get_args(union)}
