"""`python -m jobs.working.anew`: a trainer that begins once more, as a process of its own, because
its run was launched with other own models than its forkserver has imported.

Models are classes that the settings are made of, so a process has those that it began with. It has
the same number, pipes and locks as before; torch is imported again, which takes some seconds.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import NoReturn

from engine.events import Alert, Held, Log
from engine.models import OWN
from engine.models.own import FOLDER
from engine.problem import SettingsError
from jobs.store.address import address
from jobs.store.beginning import TRY_SECONDS
from jobs.store.code import code_here, fetch_code
from jobs.store.store import Store, StoreAway
from jobs.working.forkserver import Request, work
from jobs.working.owner import Owner
from jobs.working.trainer import DELIVERY_SECONDS, Attempt


def prepare(request: Request, descriptors: Sequence[int]) -> None:
    """Returns where this process has the models that the run was launched with, and where there is
    no store that could have others. `descriptors`: the owner's pipe, and all that are passed on.
    """
    # Of a rank on another machine than its trainer the orders alone have the settings.
    config = json.loads(request.config) if request.config else json.loads(request.orders)["config"]
    code, url = config.get("code"), address()
    if not code or code == OWN.digest or url is None:
        return
    folder = code_here(code)
    if folder is None and request.orders:
        folder = _for_rank(request, url, code)
    elif folder is None:
        folder = _for_trainer(request, descriptors[0], url, code)
    begin_anew(
        replace(request, environment=request.environment | {FOLDER: str(folder)}), descriptors
    )


def begin_anew(request: Request, descriptors: Sequence[int]) -> NoReturn:
    """Puts a process in place of this one that imports the models of the request's environment."""
    told = tempfile.TemporaryFile()  # noqa: SIM115
    told.write(json.dumps(asdict(request)).encode())
    told.seek(0)
    given = [told.fileno(), *descriptors]
    for each in given:
        os.set_inheritable(each, True)
    words = [sys.executable, "-m", "jobs.working.anew", *map(str, given)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, words, {**os.environ, **request.environment})


def _for_trainer(request: Request, pipe: int, url: str, code: str) -> Path:
    """Waits for a store that is away, as for everything that a run begins with."""
    attempt, alerted = Attempt(request, Owner(pipe)), False
    while True:
        try:
            folder = fetch_code(Store.open(url), code)
            break
        except (StoreAway, OSError) as error:
            if not alerted:
                message = f"waits for the store, which has the files of the model: {error}"
                attempt.telemetry.emit(Alert(code="store-away", message=message))
                attempt.telemetry.emit(Held(why=f"It {message.rstrip('.')}."))
                alerted = True
        except SettingsError as error:
            os._exit(attempt.fail(error))
        if attempt.owner.shutdown_asked.wait(TRY_SECONDS) or attempt.must_end():
            os._exit(attempt.close(attempt.ending()))
    if alerted:
        attempt.telemetry.emit(Held(why=""))
    attempt.telemetry.emit(Log(message="fetched the files of the model from the store"))
    if attempt.must_end():
        os._exit(attempt.close(attempt.ending()))
    attempt.telemetry.close(DELIVERY_SECONDS)
    return folder


def _for_rank(request: Request, url: str, code: str) -> Path:
    """Of another machine than its trainer: a rank after the other, and none waits for long."""
    lock = os.open(Path(request.home) / "supplies.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return code_here(code) or fetch_code(Store.open(url), code)
    except (StoreAway, OSError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
    finally:
        os.close(lock)


def main() -> NoReturn:
    """Does what the request says that stands in the file of the first descriptor."""
    told, *descriptors = map(int, sys.argv[1:])
    for each in (told, *descriptors):
        os.set_inheritable(each, False)
    with os.fdopen(told, "rb") as file:
        request = Request(**json.load(file))
    work(request, descriptors)


if __name__ == "__main__":
    main()
