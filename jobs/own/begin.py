"""`init`, `log`, `finish`: one run a process, ended with it whatever happens."""

from __future__ import annotations

import atexit
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from jobs.home import Home
from jobs.ids import new_id
from jobs.own.line import Line
from jobs.own.run import Run
from jobs.own.silent import Silent
from jobs.own.spec import Script
from jobs.own.values import settings
from jobs.sampling.hardware import machine_name
from jobs.wire.journal import latest_attempt
from jobs.working.lease import Holder

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
LOG = logging.getLogger("trainyard")
_NAME_LETTERS = 200

current: Run | Silent | None = None


def init(
    name: str = "",
    config: object = None,
    tags: Sequence[str] = (),
    *,
    id: str | None = None,
    total_steps: int | None = None,
) -> Run | Silent:
    """Begins a run; its page is there within a second. An earlier one of this process is finished.

    `config` is a dict, a namespace or a dataclass. `id`: that run goes on, as a further attempt of
    it. Under torchrun only rank 0 logs. Raises ValueError for an `id` that cannot be one.
    """
    global current
    if id is not None and not ULID.fullmatch(id):
        raise ValueError(f"id must be that of a run, 26 letters and digits, not {id!r}")
    if current is not None:
        current.finish()
    chosen = settings(config)
    if (rank := os.environ.get("RANK", "0")) != "0":
        LOG.info("trainyard: rank %s does not log; rank 0 does.", rank)
        current = Silent(chosen)
        return current
    script = Script(
        name=(name or _script_name())[:_NAME_LETTERS],
        created=time.time(),
        config=chosen,
        tags=[str(tag) for tag in tags],
        script=_script_name(),
        total_steps=total_steps,
    )
    current = _begun(script, id)
    return current


def log(values: Mapping[str, object], step: int | None = None) -> None:
    """As `Run.log` of the run of this process. Raises RuntimeError when there was no `init`."""
    if current is None:
        raise RuntimeError("call trainyard.init() before trainyard.log()")
    current.log(values, step)


def finish() -> None:
    """Ends the run of this process, if there is one."""
    if current is not None:
        current.finish()


def home() -> Home:
    """`TRAINYARD_HOME`; else `var` of the checkout this file is in; else `var` where one stands."""
    checkout = Path(__file__).parents[2]
    if "TRAINYARD_HOME" not in os.environ and (checkout / "Procfile").exists():
        return Home(checkout / "var")
    return Home.from_environment()


def _begun(script: Script, run_id: str | None) -> Run | Silent:
    place, chosen = home(), run_id or new_id()
    try:
        line, attempt = Line(place.create()), 1
        if run_id is not None:
            holder = Holder(f"script {os.getpid()}", machine_name(), script.script)
            attempt = line.take(run_id, holder, latest_attempt(place.run(run_id)))
        run = Run(place, chosen, attempt, script, line)
    except OSError as error:
        LOG.warning("trainyard: nothing will be recorded: %s", error)
        return Silent(script.config)
    _end_with_the_process()
    return run


def _script_name() -> str:
    main: Any = sys.modules.get("__main__")
    file = getattr(main, "__file__", None)
    return Path(file).name if file else "notebook"


_watching = False


def _end_with_the_process() -> None:
    """Once a process: its end, an exception that nobody caught, SIGTERM."""
    global _watching
    if _watching:
        return
    _watching = True
    atexit.register(finish)
    before = sys.excepthook

    def caught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        before(kind, error, trace)
        if current is not None:
            current.fail(error, trace)

    sys.excepthook = caught
    in_main = threading.current_thread() is threading.main_thread()
    # A script that has a handler of its own knows what it does.
    if in_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)


def _terminated(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    if current is not None:
        current.finish("stopped", "Ended by SIGTERM.")
    os.kill(os.getpid(), number)
