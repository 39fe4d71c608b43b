"""The commands that start processes: up, doctor, test, bench. `mount` adds them to an app."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def mount(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command()(up)


def up(
    port: Annotated[
        int | None, typer.Option(help="Port of the page; 0 takes any free one.", max=65_535, min=0)
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the processes print.")
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = False,
) -> None:
    """Start everything on this machine and print the address of the page."""
    from jobs.stack.up import CannotStart, Options
    from jobs.stack.up import up as run_stack

    try:
        raise typer.Exit(run_stack(Options(port=port, verbose=verbose, browser=browser)))
    except CannotStart as reason:
        refuse(str(reason))


def refuse(reason: str) -> None:
    """Ends the command with a sentence and status 2."""
    sys.stderr.write(f"trainyard: {reason}\n")
    raise typer.Exit(2)
