"""The port of the page: is it free, who holds it, does the page answer there."""

from __future__ import annotations

import http.client
import os
import socket

import psutil

DEFAULT_PORT = 8501


class PortTaken(Exception):
    """The page cannot be served there. The text says who holds the port and what to do."""


def choose(given: int | None) -> int:
    """The port to serve on: the given one, `TRAINYARD_PORT`, or 8501; 0 is any free one.

    Raises PortTaken, or ValueError when TRAINYARD_PORT is no port.
    """
    port = given if given is not None else from_environment()
    if port == 0:
        return any_free()
    if not is_free(port):
        raise PortTaken(
            f"Port {port} is taken{holder(port)}. Choose another one: "
            f"./trainyard up --port {port + 1 if port < 65_535 else port - 1}"
        )
    return port


def from_environment() -> int:
    """`TRAINYARD_PORT` as a number. Raises ValueError with a sentence."""
    text = os.environ.get("TRAINYARD_PORT", str(DEFAULT_PORT))
    if not (text.isascii() and text.isdigit() and int(text) < 65_536):
        raise ValueError(f"TRAINYARD_PORT is {text!r}; it must be a number from 0 to 65535.")
    return int(text)


def any_free() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """` by NAME (process PID)` for the sentence, as far as this user may know; else nothing."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                if connection.pid is None:
                    break
                name = psutil.Process(connection.pid).name()
                return f" by {name} (process {connection.pid})"
    except psutil.Error:
        pass
    return ""


def page_answers(port: int) -> bool:
    """Whether an HTTP server answers there within a second, whatever it says of the login."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
