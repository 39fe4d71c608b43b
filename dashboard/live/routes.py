"""`/live/ws`: the first message says what to watch and shows the ticket; then frames flow out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import secret
from dashboard.live.frames import encode
from dashboard.live.hub import Hub
from dashboard.live.viewer import Viewer
from jobs.connect import RedisUnavailable
from jobs.runs import UnknownRun

TICKET_SECONDS = 15 * 60
RENEW_SECONDS = 5 * 60
HELLO_SECONDS = 10.0
MOST_RUNS = 100
PIXELS = range(100, 4001)
REFUSED = 4401
"""close code: the ticket is forged or too old; the page asks Streamlit for a new one"""

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class BadHello(Exception):
    """Why a first message is refused."""


@dataclass(frozen=True)
class LiveSocket:
    """The WebSocket endpoint. The guard has checked Host, Origin and cookie before."""

    hub: Hub
    token: str

    async def serve(self, socket: WebSocket) -> None:
        """One browser, from its first message until it goes."""
        await socket.accept()
        try:
            message = await asyncio.wait_for(socket.receive_text(), HELLO_SECONDS)
            viewer = self.greet(message)
        except (TimeoutError, BadHello, KeyError) as reason:
            await socket.close(REFUSED, str(reason)[:100])
            return
        except WebSocketDisconnect:
            return
        async with self.hub.watching(viewer):
            await self._until_gone(socket, viewer)

    def greet(self, message: str) -> Viewer:
        """The viewer a first message asks for. Raises BadHello."""
        try:
            hello = json.loads(message)
        except ValueError as error:
            raise BadHello("the first message must be JSON") from error
        if not isinstance(hello, Mapping):
            raise BadHello("the first message must be an object")
        scope = secret.read_ticket(str(hello.get("token", "")), self.token, TICKET_SECONDS)
        run_ids = _run_ids(hello.get("runs", []))
        asked = run_ids + [name for name in ("machines", "changes") if hello.get(name)]
        if not asked or not set(asked) <= set(scope):
            raise BadHello("the ticket is too old or for something else")
        pixels = hello.get("px", 1200)
        if not isinstance(pixels, int):
            raise BadHello("px must be a whole number")
        width = min(max(pixels, PIXELS.start), PIXELS.stop - 1)
        return Viewer(run_ids, width, "machines" in asked, "changes" in asked)

    async def _until_gone(self, socket: WebSocket, viewer: Viewer) -> None:
        """Sends and listens at the same time; ends with the first of the two."""
        tasks = [
            asyncio.create_task(self._send(socket, viewer)),
            asyncio.create_task(_listen(socket)),
            asyncio.create_task(self._renew(viewer)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        for task in done:
            task.result()

    async def _send(self, socket: WebSocket, viewer: Viewer) -> None:
        try:
            while True:
                await viewer.wake.wait()
                viewer.wake.clear()
                while viewer.stale:
                    await socket.send_bytes(await self._snapshot(viewer, viewer.stale.pop()))
                while (frame := viewer.next_frame()) is not None:
                    await socket.send_bytes(frame)
                    if viewer.stale:
                        viewer.wake.set()
                        break
        except (WebSocketDisconnect, OSError):
            return

    async def _snapshot(self, viewer: Viewer, run: str) -> bytes:
        try:
            return await self.hub.snapshot(viewer, run)
        except UnknownRun:
            return encode({"kind": "unknown", "run": run}, {})
        except (SQLAlchemyError, RedisError, RedisUnavailable):
            asyncio.get_running_loop().call_later(1.0, viewer.refresh, run)
            return encode({"kind": "busy", "run": run}, {})

    async def _renew(self, viewer: Viewer) -> None:
        """A fresh ticket now and then, so that a page left open can reconnect by itself."""
        scope = [*viewer.runs]
        scope += [name for name in ("machines", "changes") if getattr(viewer, name)]
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            ticket = secret.sign_ticket(self.token, scope)
            viewer.offer(encode({"kind": "ticket", "token": ticket}, {}))


async def _listen(socket: WebSocket) -> None:
    """Waits for the browser to go; what it says meanwhile is not asked for."""
    try:
        while True:
            await socket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return


def _run_ids(given: Any) -> list[str]:
    """Raises BadHello unless this is a list of at most 100 run ids."""
    if not isinstance(given, list) or len(given) > MOST_RUNS:
        raise BadHello(f"runs must be a list of at most {MOST_RUNS} ids")
    if not all(isinstance(name, str) and ULID.fullmatch(name) for name in given):
        raise BadHello("runs must be run ids")
    return list(dict.fromkeys(given))
