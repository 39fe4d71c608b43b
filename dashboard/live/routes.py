"""`/live/ws`: the first message says what to watch and shows the ticket; then frames flow out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import secret
from dashboard.live.frames import encode
from dashboard.live.hello import BadHello, greet
from dashboard.live.hub import Hub
from dashboard.live.viewer import Viewer
from dashboard.live.zoom import BadZoom, read
from jobs.wire.connect import RedisUnavailable

RENEW_SECONDS = 5 * 60
HELLO_SECONDS = 10.0
REFUSED = 4401
"""close code: the ticket is forged or too old; the page asks Streamlit for a new one"""


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
            viewer = greet(message, self.token)
        except (TimeoutError, BadHello, KeyError) as reason:
            await socket.close(REFUSED, str(reason)[:100])
            return
        except WebSocketDisconnect:
            return
        async with self.hub.watching(viewer):
            await self._until_gone(socket, viewer)

    async def _until_gone(self, socket: WebSocket, viewer: Viewer) -> None:
        """Sends and listens at the same time; ends with the first that does."""
        tasks = [
            asyncio.create_task(self._send(socket, viewer)),
            asyncio.create_task(_listen(socket, viewer)),
            asyncio.create_task(self._zoom(viewer)),
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
                    for frame in await self._begin(viewer, viewer.take_stale()):
                        await socket.send_bytes(frame)
                while (waiting := viewer.next_frame()) is not None:
                    await socket.send_bytes(waiting)
                    if viewer.stale:
                        viewer.wake.set()
                        break
        except (WebSocketDisconnect, OSError):
            return

    async def _begin(self, viewer: Viewer, names: list[str]) -> list[bytes]:
        try:
            return await self.hub.begin(viewer, names)
        except (SQLAlchemyError, RedisError, RedisUnavailable):
            for name in names:
                asyncio.get_running_loop().call_later(1.0, viewer.refresh, name)
            return [encode({"kind": "busy", "run": name}, {}) for name in names]

    async def _zoom(self, viewer: Viewer) -> None:
        """Answers what was asked for last; what was asked again meanwhile is not answered."""
        while True:
            await viewer.zoomed.wait()
            viewer.zoomed.clear()
            while viewer.zooms:
                run = next(iter(viewer.zooms))
                zoom = viewer.zooms.pop(run)
                try:
                    frame = await self.hub.zoom(viewer, zoom)
                except SQLAlchemyError:
                    frame = refused(zoom.number, "The history is busy. Zoom again in a moment.")
                if run not in viewer.zooms:
                    viewer.offer(frame)

    async def _renew(self, viewer: Viewer) -> None:
        """A fresh ticket now and then, so that a page left open can reconnect by itself."""
        scope = [*viewer.runs]
        scope += [name for name in ("machines", "changes") if getattr(viewer, name)]
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            ticket = secret.sign_ticket(self.token, scope)
            viewer.offer(encode({"kind": "ticket", "token": ticket}, {}))


async def _listen(socket: WebSocket, viewer: Viewer) -> None:
    """Takes wishes until the browser goes."""
    try:
        while True:
            message = await socket.receive_text()
            try:
                viewer.zoom(read(message, viewer.runs))
            except BadZoom as reason:
                viewer.offer(refused(reason.number, str(reason)))
    except (WebSocketDisconnect, RuntimeError, KeyError):
        # A KeyError: bytes where text should be. Who sends these is no page of ours.
        return


def refused(number: int, sentence: str) -> bytes:
    """The answer to a wish that cannot be granted."""
    return encode({"kind": "refused", "window": number, "message": sentence}, {})
