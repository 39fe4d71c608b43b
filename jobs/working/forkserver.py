"""`python -m jobs.working.forkserver`: imports torch once, then forks trainers in 0.02 s each.

Our own, because multiprocessing's cannot be used from RQ's forked horse. It only imports: one torch
operation or CUDA call here would make every fork of it hang or fail.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from engine.saving.failpoints import failpoint
from jobs.working.processes import die_with_parent

PRELOAD = (
    "torch",
    "torch._dynamo",
    "sklearn.metrics",
    "sklearn.datasets",
    "sklearn.model_selection",
    "engine.train",
    "jobs.working.trainer",
    "jobs.working.ranks",
    "jobs.working.anew",
)
MESSAGE_BYTES = 1_000_000
MOST_DESCRIPTORS = 128
"""output, pipe, and a lock for each of the 64 devices that a run may have, with room to spare"""


@dataclass(frozen=True)
class Request:
    """Everything a trainer must know.

    Its output, its owner's pipe and the locks of its devices travel as descriptors.
    """

    run_id: str
    attempt: int
    config: str
    """`RunConfig` as JSON"""
    home: str
    environment: dict[str, str]
    """set in the trainer, e.g. `CUDA_VISIBLE_DEVICES`"""
    forkserver: str = ""
    """the unix socket, where a trainer of several devices asks for its other ranks"""
    orders: str = ""
    """of such a rank, as JSON; what it says goes to a third descriptor"""
    gang: str = ""
    """the machines that train the run together, as JSON, where there are several"""
    member: bool = False
    """whether a rank's trainer is on another machine"""

    @property
    def begins_later(self) -> bool:
        """Whether the first attempt of a run with these settings does not begin at step 0."""
        return bool(json.loads(self.config).get("start"))


class Forkserver:
    """Accepts requests on a listening unix socket, forks, and tells each asker how it ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._askers: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()

    def serve(self) -> None:
        """Runs until a signal ends the process."""
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._woken.recv(4096)
                    self._reap()

    def _accept(self) -> None:
        asker, _ = self._listener.accept()
        asker.settimeout(5)
        try:
            request, descriptors = receive(asker)
        except (OSError, ValueError, TypeError) as error:
            sys.stderr.write(f"a request was not understood: {error}\n")
            asker.close()
            return
        failpoint("forkserver.before_fork")
        pid = os.fork()
        if pid == 0:
            self._become_trainer(request, descriptors, asker)
        for descriptor in descriptors:
            os.close(descriptor)
        self._askers[pid] = asker
        failpoint("forkserver.after_fork")
        tell(asker, {"pid": pid})

    def _reap(self) -> None:
        while self._askers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._askers.pop(pid) as asker:
                tell(asker, {"status": status})

    def _become_trainer(
        self, request: Request, descriptors: list[int], asker: socket.socket
    ) -> NoReturn:
        """Never returns: whatever happens, the forked child must not go on as a server."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for each in (self._listener, self._wake, self._woken, asker, *self._askers.values()):
                each.close()
            _redirect(descriptors[0])
            os.environ.update(request.environment)
            work(request, descriptors[1:])
        finally:
            _leave(1)


def work(request: Request, descriptors: Sequence[int]) -> NoReturn:
    """Trains, as a trainer or as one of its ranks, and ends the process."""
    code = 1
    try:
        from jobs.working import anew, ranks, trainer

        anew.prepare(request, descriptors)
        owner, *others = descriptors
        if request.orders:
            ranks.main(request, owner, words=others[0])
        # The others are locks: they stay open, and so the devices held, while it lives.
        code = trainer.main(request, owner, others)
    finally:
        _leave(code)


def _leave(code: int) -> NoReturn:
    """Says what was raised, if anything, and ends the process.

    Not by sys.exit: the server's clean-up handlers are not the trainer's to run.
    """
    if sys.exc_info()[0] is not None:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def receive(asker: socket.socket) -> tuple[Request, list[int]]:
    """Reads one request and the descriptors that come with it, two or more.

    Raises ValueError, TypeError or OSError when it is none.
    """
    text, descriptors, _, _ = socket.recv_fds(asker, MESSAGE_BYTES, MOST_DESCRIPTORS)
    while not text.endswith(b"\n"):
        more = asker.recv(MESSAGE_BYTES)
        if not more:
            raise ValueError("it ended early")
        text += more
    if len(descriptors) < 2:
        raise ValueError("it came without its descriptors")
    return Request(**json.loads(text)), descriptors


def ask(path: Path, request: Request, descriptors: Sequence[int]) -> socket.socket:
    """Asks for a trainer with its output, its owner's pipe and the locks of its devices.

    The socket then says `pid`, and later `status`, a JSON line each.
    Raises OSError when no forkserver is there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(path))
    text = json.dumps(asdict(request)).encode() + b"\n"
    sent = socket.send_fds(connection, [text], descriptors)
    connection.sendall(text[sent:])
    return connection


def tell(asker: socket.socket, message: dict[str, int]) -> None:
    """Sends one line; an asker that has gone needs no answer."""
    try:
        asker.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        return


def _redirect(output: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(null)
    os.close(output)


def preload() -> None:
    """Imports what every trainer needs; a trainer inherits it and starts at once."""
    for name in PRELOAD:
        importlib.import_module(name)
    # Otherwise the collector would touch, and so copy, every inherited page in each trainer.
    gc.collect()
    gc.freeze()


def main() -> int:
    """Serves the listening socket that the worker passes on, until the worker ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True, help="process id of the worker")
    parser.add_argument("--listener", type=int, required=True, help="descriptor of the socket")
    options = parser.parse_args()
    die_with_parent(options.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload()
    Forkserver(socket.socket(fileno=options.listener)).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
