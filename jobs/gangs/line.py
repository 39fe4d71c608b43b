"""JSON lines both ways between two machines of a gang; each end hears that the other is gone.

A process that dies closes its connection at once. A machine that dies, or a cable, does not: so
both ends say something every second, and silence is death.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import psutil

BEAT_SECONDS = 1.0
SILENT_SECONDS = 10.0
"""a machine that said nothing for so long is gone"""

LONGEST = 4_000_000
"""bytes of a line: settings of a run, and a few words around them"""


class Line:
    """One end. Any thread may say something; one hears."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.peer: str = connection.getpeername()[0]
        """address of the other end"""
        connection.settimeout(SILENT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = connection.makefile("rb")
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self.silent = False
        """whether it ended because nothing was heard for too long"""
        threading.Thread(target=self._beat, name="beat", daemon=True).start()

    @property
    def address(self) -> str:
        """Of this end."""
        mine: str = self._connection.getsockname()[0]
        return mine

    def say(self, **message: Any) -> None:
        """Says something; a line that has ended needs no word, its listener learns of that."""
        text = json.dumps(message).encode() + b"\n"
        with self._turn, contextlib.suppress(OSError):
            self._connection.sendall(text)

    def hear(self) -> Iterator[dict[str, Any]]:
        """What the other end says, until it is gone."""
        while True:
            try:
                text = self._file.readline(LONGEST)
                message = json.loads(text) if text.endswith(b"\n") else None
            except TimeoutError:
                self.silent = True
                return
            except (OSError, ValueError):
                return
            if not isinstance(message, dict):
                return
            if message:
                yield message

    def close(self) -> None:
        """Ends it: the other end hears nothing more, and so does the listener of this one."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _beat(self) -> None:
        while not self._closed.wait(BEAT_SECONDS):
            self.say()


def cut(address: str) -> None:
    """Breaks off all connections to an address: who waits there for a machine that died would wait
    for days.

    Gloo has no other way to be told; it takes that for a death, as when the other end closes.
    """
    for each in psutil.Process().net_connections("tcp"):
        if each.raddr and each.raddr[0] == address and each.fd >= 0:
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(each.fd)) as found:
                found.shutdown(socket.SHUT_RDWR)
