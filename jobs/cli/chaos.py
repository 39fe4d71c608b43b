"""`trainyard chaos`: break everything at random, and count what was lost."""

from __future__ import annotations

import random
from typing import Annotated

import typer

from jobs.cli import text


def chaos(
    kills: Annotated[int, typer.Option(help="How many processes are killed.", min=1)] = 100,
    seed: Annotated[
        int | None, typer.Option(help="Makes the same plan again; by default a new one.", min=0)
    ] = None,
    workers: Annotated[int, typer.Option(help="Runs at the same time.", min=1, max=16)] = 4,
    readme: Annotated[bool, typer.Option(help="Put the table into README.md.")] = False,
    keep: Annotated[bool, typer.Option(help="Keep the folder it trained in.")] = False,
) -> None:
    """Train real runs while trainer, worker, Valkey, recorder and dashboard are killed at random.

    In a folder of its own; what runs here is left alone. Exit code 1 when anything was lost,
    doubled or different.
    """
    from jobs.chaos.run import Options, storm
    from jobs.chaos.table import write
    from jobs.stack.up import PROJECT

    chosen = random.randrange(10**6) if seed is None else seed
    report = storm(Options(kills=kills, seed=chosen, workers=workers, keep=keep))
    if report is None:
        raise typer.Exit(1)
    for line in report.lines():
        text.write(line)
    if readme:
        write(PROJECT / "README.md", report.lines())
    raise typer.Exit(0 if report.good else 1)
