"""A reverse proxy in sixty lines: hands on what lies under a prefix, with it or without."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@contextmanager
def proxy(target: int, prefix: str, *, strip: bool) -> Iterator[int]:
    """The port on which it listens, as long as the block lasts."""
    way = _Way(target, prefix, strip)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                way.serve(self.request)

    # Its end waits for every connection's thread.
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            way.cut()
            thread.join()


@dataclass
class _Way:
    target: int
    prefix: str
    strip: bool
    ends: set[socket.socket] = field(default_factory=set)

    def serve(self, front: socket.socket) -> None:
        """One request, or one WebSocket: the connection is not used again."""
        self.ends.add(front)
        asked, found, rest = self._head(front)
        if not found:
            front.sendall(NOT_FOUND)
            return
        with socket.create_connection(("127.0.0.1", self.target)) as back:
            self.ends.add(back)
            back.sendall(asked + rest)
            upload = threading.Thread(target=_pipe, args=(front, back))
            upload.start()
            _pipe(back, front)
            upload.join()

    def cut(self) -> None:
        """Ends every connection."""
        for end in list(self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _head(self, front: socket.socket) -> tuple[bytes, bool, bytes]:
        """The request's head as it is handed on, whether it lies here, what came behind it."""
        given = b""
        while b"\r\n\r\n" not in given:
            if not (block := front.recv(65536)):
                raise ConnectionResetError
            given += block
        head, _, rest = given.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, version = first.split(" ")
        if not any(line.lower().startswith("upgrade: websocket") for line in lines):
            lines = [line for line in lines if not line.lower().startswith("connection:")]
            lines.append("connection: close")
        kept = path.removeprefix(self.prefix) or "/" if self.strip else path
        asked = "\r\n".join([f"{method} {kept} {version}", *lines, "", ""])
        return asked.encode("latin-1"), path.startswith(self.prefix), rest


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    """Hands on until there is nothing more to read, and says so."""
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(block)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
