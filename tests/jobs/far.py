"""What tests take for another machine: a real https server on this one."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "tls" / "cert.pem"
"""of `localhost`, valid for a century; its key beside it protects nothing"""


@dataclass
class Far:
    """What it has, by path, and what it was asked for."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """more headers of an answer; an empty value leaves one out"""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.port}"


@contextmanager
def far_host() -> Iterator[Far]:
    """Serves until the end of the block."""
    far = Far()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            far.asked.append((self.path, dict(self.headers.items())))
            path = self.path.partition("?")[0]
            target, content = far.redirects.get(path), far.files.get(path)
            status = 302 if target else far.statuses.get(path, 404 if content is None else 200)
            self.send_response(status)
            content = content or b""
            headers = {"Content-Length": str(len(content)), **far.headers.get(path, {})}
            headers |= {"Location": target} if target else {}
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    far.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield far
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
