"""`python -m dashboard`: serves the dashboard on 127.0.0.1 and prints the address to open."""

from __future__ import annotations

import os
import socket
import sys

from jobs.base_path import base_path
from jobs.home import Home

DEFAULT_PORT = 8501
SWITCH_SECONDS = 0.0005
"""A thread that reads the history gives the interpreter away at every row and gets it back when a
script of Streamlit's lets go: after Python's usual 5 ms a snapshot took 300 ms instead of 80."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class CannotStart(Exception):
    """Why the dashboard does not start, and what to do about it."""


def main() -> int:
    """Runs until SIGTERM or Ctrl-C. 2 means: it could not start, a sentence says why."""
    try:
        base_path()
        listener = listen(address(), port())
    except (CannotStart, ValueError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    serve(Home.from_environment(), listener)
    return 0


def port() -> int:
    """`TRAINYARD_PORT`, by default 8501. Raises CannotStart when it is no port."""
    given = os.environ.get("TRAINYARD_PORT", str(DEFAULT_PORT))
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65_536:
        raise CannotStart(f"TRAINYARD_PORT is {given!r}; it must be a number from 1 to 65535.")
    return int(given)


def address() -> str:
    """Always loopback in this version. Raises CannotStart for anything else."""
    given = os.environ.get("TRAINYARD_ADDRESS", "127.0.0.1")
    if given not in LOOPBACK:
        raise CannotStart(
            f"TRAINYARD_ADDRESS is {given!r}, but this version serves 127.0.0.1 only, because it "
            "has no users and no encryption. From another machine, open a tunnel: "
            f"ssh -L {DEFAULT_PORT}:127.0.0.1:{DEFAULT_PORT} <this machine>."
        )
    return "::1" if given == "::1" else "127.0.0.1"


def listen(host: str, number: int) -> socket.socket:
    """A listening socket, taken before the slow imports. Raises CannotStart when taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, number))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {number} cannot be used ({error.strerror}). "
            f"Choose another one: TRAINYARD_PORT={number + 1}."
        ) from error
    return listener


def serve(home: Home, listener: socket.socket) -> None:
    """Serves on an open socket until told to stop."""
    import uvicorn

    from dashboard import asgi, secret

    sys.setswitchinterval(SWITCH_SECONDS)
    number = listener.getsockname()[1]
    app = asgi.create(home, number)
    sys.stdout.write(f"http://127.0.0.1:{number}{base_path()}/?token={secret.read_token(home)}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app,
        access_log=False,  # it would write the token into a file
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
        server_header=False,
        # What a proxy says of the browser's address counts only where the owner says so.
        proxy_headers=os.environ.get("TRAINYARD_TRUST_PROXY") == "1",
    )
    uvicorn.Server(config).run(sockets=[listener])
    sys.stdout.flush()
    # A page's script may still wait for Redis; Python would wait for its thread.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
