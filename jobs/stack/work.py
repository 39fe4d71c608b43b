"""`./trainyard worker`: only the workers of this machine, for a Trainyard that runs elsewhere."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs.home import Home
from jobs.sampling.hardware import LABEL
from jobs.stack import procfile, stores
from jobs.stack.cannot import CannotStart
from jobs.stack.console import Console
from jobs.stack.supervisor import Stack, Supervisor, listed
from jobs.stack.up import PROJECT, find_devices, prepare, redis_answers
from jobs.stack.wake import Wake


def work(
    wanted: Sequence[str], *, verbose: bool = False, procfile_path: Path = PROJECT / "Procfile"
) -> int:
    """Runs one worker for each device in `wanted` (all of the machine when empty) until stopped.

    Raises CannotStart when there is no Redis to take runs from, or no such device.
    """
    home = prepare(Home.from_environment())
    store = stores.check()
    if not redis_answers(home):
        raise CannotStart(no_redis(home))
    console = Console(verbose=verbose)
    stores.visit(store, console.say)
    with Wake() as wake:
        supervisor = Supervisor(describe(wanted, home, procfile_path), console, wake)
        try:
            supervisor.start(supervisor.stack.entries)
            console.say(f"{listed(supervisor.children)} waiting for runs  (logs: {home.logs})")
            while not wake.stops:
                supervisor.tend()
        finally:
            console.say("stopping: trainings save a checkpoint and go back to the queue")
            supervisor.stop()
    return 0


def describe(wanted: Sequence[str], home: Home, procfile_path: Path) -> Stack:
    """The workers to run. Raises CannotStart."""
    there = find_devices()
    known = {*there, "cpu"}
    if missing := [device for device in wanted if device not in known]:
        raise CannotStart(
            f"There is no device {missing[0]!r} on this machine; there are "
            f"{', '.join(sorted(known))}."
        )
    entries = tuple(
        each
        for entry in procfile.read(procfile_path)
        if entry.name == "worker"
        for each in procfile.workers(entry, tuple(wanted) or there)
    )
    return Stack(secrets.token_hex(8), home, procfile_path.parent, 0, entries)


HIDDEN = {"--redis": "REDIS_URL", "--store": "TRAINYARD_STORE"}
"""options that may hold a password, and the variables they stand for"""


def hide(given: Mapping[str, str]) -> None:
    """Begins the command anew with these options, by their names, in the environment.

    They may hold a password, and everybody on a machine can read the words of a command.
    """
    os.environ |= {HIDDEN[option]: value for option, value in given.items()}
    words, kept = iter(sys.orig_argv[1:]), []
    for word in words:
        if word in HIDDEN:
            next(words, None)
        elif word.partition("=")[0] not in HIDDEN:
            kept.append(word)
    os.execv(sys.executable, [sys.executable, *kept])


def call_it(label: str) -> None:
    """Names this machine on the pages. Raises CannotStart when it cannot be called so."""
    if not LABEL.fullmatch(label):
        raise CannotStart(
            f"A machine cannot be called {label!r}: a label is up to 63 letters, digits, dots, "
            "hyphens and underscores, and begins with a letter or digit."
        )
    os.environ["TRAINYARD_MACHINE"] = label


def no_redis(home: Home) -> str:
    """Why there is nothing to work for, and what to do."""
    if "REDIS_URL" in os.environ:
        return (
            "No Redis answers at REDIS_URL. Check address, password and network: "
            "REDIS_URL=redis://:<password>@<machine>:<port>"
        )
    return (
        f"No Trainyard runs in {home.root}. Start one with `./trainyard up` (it brings its own "
        "workers), or name the Redis of another machine in REDIS_URL."
    )
