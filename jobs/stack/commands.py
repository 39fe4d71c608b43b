"""The commands that start processes, e.g. up and test. `mount` adds them to an app."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""unknown options are for the program that is started"""


def mount(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command()(up)
    app.command()(worker)
    app.command()(doctor)
    app.command("test", context_settings=PASS_ON)(run_tests)
    app.command(context_settings=PASS_ON)(bench)


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
    from jobs.stack.cannot import CannotStart
    from jobs.stack.up import Options
    from jobs.stack.up import up as run_stack

    try:
        raise typer.Exit(run_stack(Options(port=port, verbose=verbose, browser=browser)))
    except CannotStart as reason:
        refuse(str(reason))


def worker(
    device: Annotated[
        list[str] | None, typer.Option(help="Only this device, e.g. cuda:1; may be repeated.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(help="The Redis of the Trainyard to work for, else REDIS_URL.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="Its store, e.g. s3://bucket/yard, else TRAINYARD_STORE."),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="How this machine is called on the pages, else its name.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the workers print.")
    ] = False,
) -> None:
    """Start only workers, for the Trainyard whose Redis is named."""
    from jobs.stack.cannot import CannotStart
    from jobs.stack.work import call_it, hide, work

    given = {"--redis": redis, "--store": store}
    try:
        if hidden := {option: value for option, value in given.items() if value is not None}:
            hide(hidden)
        if label is not None:
            call_it(label)
        raise typer.Exit(work(device or [], verbose=verbose))
    except CannotStart as reason:
        refuse(str(reason))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Check versions, devices, port, Redis, database, disk and rights; exit code 1 on a failure."""
    from jobs.home import Home
    from jobs.stack import doctor

    checks = list(doctor.examine(Home.from_environment()))
    doctor.show(checks, as_json=as_json)
    raise typer.Exit(doctor.status(checks))


def run_tests(
    context: typer.Context,
    fast: Annotated[bool, typer.Option("--fast", help="Leave the slow tests out.")] = False,
) -> None:
    """Lint, types and every test. Further arguments go to pytest, which then runs alone."""
    from jobs.stack import testing

    raise typer.Exit(testing.run(testing.sections(context.args, fast=fast)))


def bench(context: typer.Context) -> None:
    """Measure: `bench live`, `bench engine` and others; without a name it lists them."""
    os.execv(sys.executable, [sys.executable, "-P", "-m", "bench", *context.args])


def refuse(reason: str) -> None:
    """Ends the command with a sentence and status 2."""
    sys.stderr.write(f"trainyard: {reason}\n")
    raise typer.Exit(2)
