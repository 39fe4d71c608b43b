"""`./trainyard up`: one stack per home, from the checks before to the end of the last process."""

from __future__ import annotations

import os
import secrets
import shutil
import webbrowser
from dataclasses import dataclass
from pathlib import Path

import redis

from jobs.base_path import base_path
from jobs.home import Home
from jobs.stack import devices, ports, procfile, remains, stores
from jobs.stack.cannot import CannotStart
from jobs.stack.console import Console
from jobs.stack.running import Running, lock_of
from jobs.stack.supervisor import NotReady, Stack, Supervisor
from jobs.stack.wake import Wake
from jobs.wire.connect import RedisUnavailable, connect_unretried, url

PROJECT = Path(__file__).resolve().parents[2]

NEEDED_BYTES = 200_000_000
"""below this much free space neither checkpoints nor the history can be written for long"""


@dataclass(frozen=True)
class Options:
    """What the command line chose. `port` None: TRAINYARD_PORT or 8501; 0: any free one."""

    port: int | None = None
    verbose: bool = False
    browser: bool = False


def up(options: Options, procfile_path: Path = PROJECT / "Procfile") -> int:
    """Runs the stack until told to stop; the exit status of the command.

    Raises CannotStart before anything was started.
    """
    home = prepare(Home.from_environment())
    store = stores.check()
    console = Console(verbose=options.verbose)
    lock = lock_of(home)
    if not lock.take():
        return say_it_runs(home, console)
    end_the_last(home, console)
    stack = describe(options, home, procfile_path)
    stores.visit(store, console.say, make=True)
    Running(os.getpid(), stack.port, stack.mark).write(home)
    with Wake() as wake:
        return run(Supervisor(stack, console, wake), options)


def run(supervisor: Supervisor, options: Options) -> int:
    """Starts all, says the address, tends; whatever happens, ends all in order."""
    home, console = supervisor.stack.home, supervisor.console
    try:
        if not begin(supervisor):
            return 0
        console.say(f"Trainyard: {address(home, supervisor.stack.port)}  (logs: {home.logs})")
        if options.browser:
            webbrowser.open(address(home, supervisor.stack.port))
        while not supervisor.wake.stops:
            supervisor.tend()
    except NotReady as reason:
        console.say(str(reason))
        return 1
    finally:
        if supervisor.wake.stops:
            console.say("stopping: trainings save a checkpoint and go on at the next `up`")
        supervisor.stop()
    return 0


def begin(supervisor: Supervisor) -> bool:
    """Redis and the page, then the rest; False when a stop was asked for.

    The page needs seconds for its imports and finds Redis when it is there. The others wait for it:
    loading torch beside it made it 1 to 2 s later on two cores.
    """
    stack = supervisor.stack
    first = [entry for entry in stack.entries if entry.name in ("redis", "dashboard")]
    supervisor.start(first)
    what = "Redis"
    if os.environ.get("REDIS_URL"):
        what = "The Redis that REDIS_URL names"
        if not redis_answers(stack.home):
            supervisor.console.say(f"{what} does not answer; waiting for it (Ctrl-C ends)")
    if not supervisor.await_ready(lambda: redis_answers(stack.home), what):
        return False
    if not supervisor.await_ready(lambda: ports.page_answers(stack.port), "The page"):
        return False
    supervisor.start([entry for entry in stack.entries if entry not in first])
    return True


def prepare(home: Home) -> Home:
    """Makes the home and looks for room in it. Raises CannotStart."""
    try:
        home.create()
        free = shutil.disk_usage(home.root).free
    except OSError as error:
        raise CannotStart(
            f"The folder {home.root} cannot be used ({error.strerror}). "
            "Name another one in TRAINYARD_HOME."
        ) from error
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"{home.root} has {free / 1e6:.0f} MB free; training needs at least "
            f"{NEEDED_BYTES / 1e6:.0f} MB. Make room, or name another folder in TRAINYARD_HOME."
        )
    return home


def describe(options: Options, home: Home, procfile_path: Path) -> Stack:
    """What to run on this machine now. Raises CannotStart."""
    own_redis = not os.environ.get("REDIS_URL")
    try:
        if not own_redis:
            url(home)
        entries = procfile.read(procfile_path)
        port = ports.choose(options.port)
        base_path()
    except (RedisUnavailable, procfile.ProcfileError, ports.PortTaken, ValueError) as error:
        raise CannotStart(str(error)) from error
    chosen = procfile.for_this_machine(entries, find_devices(), own_redis=own_redis)
    return Stack(secrets.token_hex(8), home, procfile_path.parent, port, chosen)


def find_devices() -> tuple[str, ...]:
    """The devices to train on. Raises CannotStart when the environment names strange ones."""
    try:
        return devices.find()
    except ValueError as error:
        raise CannotStart(f"{error}.") from error


def say_it_runs(home: Home, console: Console) -> int:
    """The address of the stack that holds the lock."""
    running = Running.read(home)
    if running is None:
        console.say(f"Trainyard is starting in {home.root} already.")
    else:
        console.say(f"Trainyard runs here already: {address(home, running.port)}")
    return 0


def end_the_last(home: Home, console: Console) -> None:
    """Waits for what a killed supervisor left behind: its trainers may be saving checkpoints."""
    running = Running.read(home)
    if running is None or not remains.find(running.mark):
        return
    console.say("waiting for the processes of the last `up`, which was killed, to end")
    killed = remains.end(running.mark, 30.0)
    if killed:
        console.say(f"killed {killed} of them after 30 s")


def address(home: Home, port: int) -> str:
    """The page with the login token, once the dashboard has made one."""
    token = home.token.read_text().strip() if home.token.exists() else ""
    return f"http://127.0.0.1:{port}{base_path()}/" + (f"?token={token}" if token else "")


def redis_answers(home: Home) -> bool:
    """Whether the server of this home, or of REDIS_URL, answers now."""
    try:
        with connect_unretried(home) as client:
            return bool(client.ping())
    except (redis.RedisError, RedisUnavailable):
        return False
