"""`python -m jobs.stack up`: these commands alone, without the rest of the command line."""

from __future__ import annotations

import typer

from jobs.stack.commands import mount

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.callback()(lambda: None)
mount(app)

if __name__ == "__main__":
    app()
