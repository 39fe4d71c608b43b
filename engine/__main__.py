"""`python -m engine [preset=NAME] [path=value ...] [--folder FOLDER]` trains one run.

On a terminal it shows progress; into a pipe it writes one JSON event a line. Ctrl-C saves a
checkpoint and ends; the same command goes on from there. Exit codes: 0 trained, 1 failed,
2 settings that cannot be, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from engine.config import RunConfig
from engine.data.own.taken import taken_in
from engine.distributed.place import Place, place_of_torchrun
from engine.machine.threads import WAIT_BRIEFLY
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.command import override
from engine.settings.help import settings_help

if TYPE_CHECKING:
    from engine.train import Events

INTERRUPTED = 130


class Interrupt:
    """Remembers Ctrl-C until the run can be closed between two steps; a second one ends at once."""

    def __init__(self) -> None:
        self.came = False
        signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.came = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def main(words: Sequence[str]) -> int:
    """The exit code of one run."""
    arguments = _arguments(words)
    try:
        config = taken_in(override(RunConfig(), arguments.settings))
        found = problems(config)
        if found:
            raise SettingsError(found)
        return _run(config, arguments.folder)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


def _run(config: RunConfig, folder: Path | None) -> int:
    for name, value in WAIT_BRIEFLY.items():
        os.environ.setdefault(name, value)
    place = place_of_torchrun()
    if place.rank:
        return _follow_torchrun(config, place)
    # Here, because torch takes 2 s, and wrong settings should be refused at once.
    from engine.saving.checkpoint import CheckpointError
    from engine.saving.fence import Fenced
    from engine.train import train

    events = train(config, folder)
    try:
        return _follow(events, folder)
    except (CheckpointError, Fenced) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # e.g. `| head`: whoever read has gone, and the run is saved
        events.close()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _follow_torchrun(config: RunConfig, place: Place) -> NoReturn:
    """A rank that torchrun started beside rank 0. Ctrl-C comes to all; rank 0 saves and ends."""
    from engine.distributed.follow import follow

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    follow(config, place, say_ready=lambda: None)


def _follow(events: Events, folder: Path | None) -> int:
    """Shows or prints the events until they end or Ctrl-C comes; the exit code."""
    from rich.console import Console

    from engine.screen import Screen

    interrupt = Interrupt()
    failed = False
    with Screen(Console()) if sys.stdout.isatty() else nullcontext() as screen:
        for event in events:
            if screen:
                screen.show(event)
            else:
                print(event.model_dump_json(), flush=True)
            failed = event.kind == "finished" and event.reason == "failed"
            if interrupt.came and event.kind != "finished":
                events.close()
                return _say_interrupted(event.step, folder)
    return 1 if failed else 0


def _say_interrupted(step: int, folder: Path | None) -> int:
    if folder:
        saved = f"saved; the same command with --folder {folder} goes on from there"
    else:
        saved = "nothing was saved; give --folder FOLDER to be able to go on"
    print(f"stopped after step {step}: {saved}", file=sys.stderr)
    return INTERRUPTED


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Trains one run and shows it.",
        epilog=settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("settings", nargs="*", metavar="path=value", help="settings, see below")
    parser.add_argument(
        "--folder", type=Path, help="where checkpoints go, and where to go on from them"
    )
    return parser.parse_intermixed_args(list(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
