"""`stop`, `pause`, `resume`, `checkpoint`, `retry`: what one asks of runs, one or many at once."""

from __future__ import annotations

import typer

from jobs import commands
from jobs import runs as services
from jobs.cli import text
from jobs.cli.organise import Runs
from jobs.cli.steer import who
from jobs.permitted import Op
from jobs.runs import NotPossible
from jobs.yard import Yard


def mount(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (stop, pause, resume, checkpoint, retry):
        app.command()(command)


def stop(runs: Runs) -> None:
    """Ask runs to save a checkpoint and end; waiting ones end at once."""
    _ask(runs, "stop")


def pause(runs: Runs) -> None:
    """Ask runs to save a checkpoint and free their devices; they keep their place in the queue."""
    _ask(runs, "pause")


def resume(runs: Runs) -> None:
    """Let paused runs go on, from their checkpoints."""
    _ask(runs, "resume")


def checkpoint(runs: Runs) -> None:
    """Ask runs to save a checkpoint now, and to go on."""
    _ask(runs, "checkpoint")


def retry(runs: Runs) -> None:
    """Try failed or stopped runs again, from their last checkpoints."""
    _ask(runs, "retry")


def _ask(words: list[str], op: Op) -> None:
    """A line for each run; then what could not be, which the others did not wait for."""
    yard = Yard.open()
    ids = list(dict.fromkeys(services.find(yard, word).id for word in words))
    answers = commands.ask_all(yard, ids, op, who())
    for answer in answers:
        if answer.state != "refused":
            now = services.get(yard, answer.run_id)
            said = "asked for a checkpoint" if op == "checkpoint" else now.status
            text.write(f"{now.id}  {text.printable(now.name)}: {said}")
    if refused := [answer.why for answer in answers if answer.state == "refused"]:
        raise NotPossible("\n".join(map(text.printable, refused)))
