"""`python -m jobs.stack up`: these commands alone, without the rest of the command line."""

from __future__ import annotations

import typer

from jobs.stack.commands import mount


def build() -> typer.Typer:
    """An app of the commands that start processes."""
    app = typer.Typer(
        name="trainyard",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    mount(app)
    return app


if __name__ == "__main__":
    build()(prog_name="trainyard")
