"""A wire between a client and a server that can be cut, stalled, or lose what comes back."""

from __future__ import annotations

import contextlib
import socket
import threading


class Wire:
    """A TCP proxy on a loopback port of its own: `port` leads to `target`."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._flows = threading.Event()
        self._flows.set()
        self._deaf = threading.Event()
        self._connections: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.mend()

    def cut(self) -> None:
        """Ends every connection and refuses new ones."""
        if self._listener is not None:
            # A thread that waits in `accept` is only woken by a shutdown.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._end_connections()

    def stall(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self._flows.clear()

    def lose_replies(self) -> None:
        """The server hears everything; what it answers is lost, and the connection with it."""
        self._deaf.set()

    def mend(self) -> None:
        """All is well again."""
        self._deaf.clear()
        self._flows.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        self._flows.set()
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self._connections += [near, far]
            for source, sink, back in ((near, far, False), (far, near, True)):
                pump = threading.Thread(target=self._pump, args=(source, sink, back), daemon=True)
                pump.start()

    def _pump(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self._flows.wait()
                if back and self._deaf.is_set():
                    break
                sink.sendall(data)
        for each in (source, sink):
            _end(each)

    def _end_connections(self) -> None:
        for each in self._connections:
            _end(each)
        self._connections = []


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
