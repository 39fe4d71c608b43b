"""The command line: the same services as the pages. One file per group of commands."""

from __future__ import annotations

import typer

from jobs.cli import (
    chaos,
    checkpoints,
    command,
    compare,
    data,
    export,
    launch,
    listing,
    look,
    machines,
    models,
    notify,
    organise,
    queue,
    read,
    steer,
)
from jobs.stack import commands


def build() -> typer.Typer:
    """The whole app."""
    app = typer.Typer(
        name="trainyard",
        help="Launch and watch PyTorch training. `./trainyard up` starts everything.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    commands.mount(app)
    app.command(context_settings={"allow_interspersed_args": True})(launch.launch)
    app.command()(listing.runs)
    app.command()(look.show)
    app.command()(read.logs)
    app.command()(read.metrics)
    app.command()(export.export)
    app.command()(checkpoints.checkpoints)
    command.mount(app)
    queue.mount(app)
    app.command()(compare.compare)
    organise.mount(app)
    app.command("set")(steer.set_)
    app.command()(steer.changes)
    app.command()(machines.machines)
    app.command()(chaos.chaos)
    app.add_typer(data.build(), name="data")
    app.add_typer(models.build(), name="models")
    app.add_typer(notify.build(), name="notify")
    return app
