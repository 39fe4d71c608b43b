"""`stop`, `pause`, `resume`, `checkpoint`, `retry`: what one asks of runs, one or many at once."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.cli import text
from jobs.cli.organise import Runs
from jobs.cli.steer import who
from jobs.permitted import Op
from jobs.services import commands, queueing
from jobs.services import runs as services
from jobs.services.runs import NotPossible
from jobs.yard import Yard


def mount(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (stop, pause, resume, checkpoint, retry):
        app.command()(command)


Some = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN]...", help="Ids, their unique beginnings, or unique names."),
]
Queued = Annotated[bool, typer.Option("--queued", help="All runs that wait in the queue.")]


def stop(runs: Some = None, queued: Queued = False) -> None:
    """Ask runs to save a checkpoint and end; waiting ones end at once."""
    _ask_some(runs, "stop", queued, "queued")


def pause(runs: Some = None, queued: Queued = False) -> None:
    """Ask runs to save a checkpoint and free their devices; they keep their place in the queue."""
    _ask_some(runs, "pause", queued, "queued")


def resume(
    runs: Some = None,
    paused: Annotated[bool, typer.Option("--paused", help="All runs that are paused.")] = False,
) -> None:
    """Let paused runs go on, from their checkpoints."""
    _ask_some(runs, "resume", paused, "paused")


def checkpoint(runs: Runs) -> None:
    """Ask runs to save a checkpoint now, and to go on."""
    _ask(runs, "checkpoint")


def retry(runs: Runs) -> None:
    """Try failed or stopped runs again, from their last checkpoints."""
    _ask(runs, "retry")


def _ask_some(words: list[str] | None, op: Op, everything: bool, option: str) -> None:
    """The named runs, or all that wait or are paused."""
    if bool(words) == everything:
        raise typer.BadParameter(f"name runs, or give --{option} for all of them")
    if words:
        _ask(words, op)
        return
    yard = Yard.open()
    waiting = queueing.look(yard).waiting
    ids = [each.id for each in waiting if option == "queued" or each.status == "paused"]
    done = [each for each in commands.ask_all(yard, ids, op, who()) if each.state == "do"]
    text.write(f"{len(done):,} {'run' if len(done) == 1 else 'runs'}: asked to {op}")


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
