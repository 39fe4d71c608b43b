"""Real receivers for notifications: an HTTP server and an SMTP server of this process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What arrived, and what is answered: statuses in turn, the last one from then on."""

    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    """while it is not set, nobody is answered"""
    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self.port}/hook/secret-path"

    @property
    def bodies(self) -> list[Any]:
        """What arrived, as JSON."""
        return [json.loads(body) for _, body in self.got]


@contextmanager
def listening(hook: Hook) -> Iterator[Hook]:
    """Serves it on a free port; the port stays when it is started again."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.hold:
                hook.hold.wait(30)
            hook.got.append((dict(self.headers), body))
            hook.paths.append(self.path)
            status = hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0]
            self.send_response(status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"so it is")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", hook.port), Handler)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield hook
    server.shutdown()
    server.server_close()
    thread.join(10)


@dataclass
class Post:
    """An SMTP server that takes everything, as far as its `answer` to a message says so."""

    answer: str = "250 taken"
    port: int = 0
    letters: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                await writer.drain()
                text = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(text.decode())
                writer.write(self.answer.encode() + b"\r\n")
            elif word == b"EHLO":
                writer.write(b"250-here\r\n250 8BITMIME\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 well\r\n")
            await writer.drain()
        writer.close()


@contextmanager
def taking_mail(post: Post) -> Iterator[Post]:
    """Serves it on a free port, in a thread with a loop of its own."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def main() -> None:
        server = await asyncio.start_server(post.serve, "127.0.0.1", post.port)
        post.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        await server.wait_closed()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield post
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()
