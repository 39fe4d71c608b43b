"""A browser's end of the live socket: says hello, keeps curves as the page does, comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from dashboard import secret
from dashboard.live.frames import Points, decode
from tests.dashboard.serving import Dashboard

DEADLINE_SECONDS = 30.0


@dataclass
class Tab:
    """One page on one or more runs. `hello` is what its first message says besides the ticket."""

    dashboard: Dashboard
    hello: dict[str, Any]
    headers: list[dict[str, Any]] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    curves: dict[tuple[str, str], Points] = field(default_factory=dict)
    positions: dict[str, list[int]] = field(default_factory=dict)
    windows: dict[int, tuple[dict[str, Any], dict[str, Points]]] = field(default_factory=dict)
    socket: ClientConnection | None = None
    held: ExitStack = field(default_factory=ExitStack)

    def open(self) -> None:
        """Connects and says hello, also with what it has from before."""
        scope = self.hello.get("runs", [])
        ticket = secret.sign_ticket(self.dashboard.token, scope)
        cookie = f"trainyard_{self.dashboard.port}={secret.sign_cookie(self.dashboard.token)}"
        self.close()
        connecting = connect(
            f"ws://127.0.0.1:{self.dashboard.port}/live/ws",
            origin=Origin(f"http://127.0.0.1:{self.dashboard.port}"),
            additional_headers={"Cookie": cookie},
            max_size=None,
        )
        self.socket = self.held.enter_context(connecting)
        hello = {"token": ticket, **self.hello}
        if self.positions:
            hello["positions"] = self.positions
        self.socket.send(json.dumps(hello))

    def close(self) -> None:
        """Goes away."""
        self.socket = None
        self.held.close()

    def say(self, message: Any) -> None:
        """Any message after the hello."""
        assert self.socket is not None
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def until(self, condition: Callable[[], Any]) -> None:
        """Takes frames until something is on the page; comes back when it was cut off."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.headers[-3:]
            try:
                if self.socket is None:
                    self.open()
                assert self.socket is not None
                self.take(self.socket.recv(timeout=0.2))
            except TimeoutError:
                continue
            except (ConnectionClosed, OSError):
                self.close()

    def take(self, frame: bytes | str) -> None:
        """Draws one frame."""
        assert isinstance(frame, bytes)
        header, curves = decode(frame)
        self.frames.append(frame)
        self.headers.append(header)
        if header["kind"] == "window":
            self.windows[header["window"]] = (header, curves)
        if header["kind"] not in ("snapshot", "delta"):
            return
        run = header["run"]
        self.positions[run] = header["position"]
        for metric, points in curves.items():
            known = self.curves.get((run, metric))
            whole = header["kind"] == "snapshot" or known is None
            self.curves[run, metric] = points if whole or known is None else known.append(points)

    def steps(self, run: str, metric: str = "train/loss") -> list[int]:
        """Steps of a curve, as drawn."""
        curve = self.curves.get((run, metric))
        return [] if curve is None else [int(step) for step in curve.steps]

    def kinds(self) -> list[str]:
        """Of all frames, in their order."""
        return [header["kind"] for header in self.headers]


@contextmanager
def tab(dashboard: Dashboard, runs: list[str], **hello: Any) -> Iterator[Tab]:
    """A page that is open as long as the block lasts."""
    page = Tab(dashboard, {"runs": runs, "px": 4000, **hello})
    page.open()
    try:
        yield page
    finally:
        page.close()
