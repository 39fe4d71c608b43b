"""`data`: people's own data, and the data sets that come along."""

from __future__ import annotations

import typer
from rich.table import Table

from engine.data.catalogue import built_in
from jobs.cli import data_add, data_change, data_download, data_look, text
from jobs.cli.look import JsonOption
from jobs.data_sets import DataSet, DataSets
from jobs.data_sets.words import held
from jobs.yard import Yard


def build() -> typer.Typer:
    """The group `data`."""
    group = typer.Typer(help="Data sets.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("list")(list_sets)
    group.command()(data_add.add)
    group.command()(data_look.show)
    group.command("profile")(data_look.profile_table)
    group.command()(data_download.download)
    group.command()(data_change.rename)
    group.command()(data_change.delete)
    return group


def _group() -> None:
    """Data sets."""


def list_sets(as_json: JsonOption = False) -> None:
    """List your own data, then the data sets that come along (for `data=...`)."""
    own, sets = DataSets.of(Yard.open()).list(), built_in()
    if as_json:
        cards = {kind: {"title": each.title, **each().card.__dict__} for kind, each in sets.items()}
        text.write_json({"own": [each.to_dict() for each in own], **cards})
        return
    if own:
        text.console().print(_own_table(own))
        text.write("")
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


def _own_table(own: list[DataSet]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("own data", "version", "rows", "columns", "file", "added", "id"):
        table.add_column(column, no_wrap=column in ("version", "added", "id"))
    for each in own:
        table.add_row(
            text.printable(each.name),
            str(each.version),
            *held(each.format, each.rows, each.columns),
            text.printable(each.file_name),
            text.clock(each.created),
            each.id,
        )
    return table
