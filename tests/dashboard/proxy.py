"""A reverse proxy in forty lines: hands on what lies under a prefix, with it or without."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GONE = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)


@contextmanager
def proxy(target: int, prefix: str, *, strip: bool) -> Iterator[int]:
    """The port on which it listens, as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(
            lambda reader, writer: _serve(reader, writer, target, prefix, strip), "127.0.0.1", 0
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end() -> None:
    """Cuts the connections that are still open."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.wait(others, timeout=0.2)


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    target: int,
    prefix: str,
    strip: bool,
) -> None:
    """One request, or one WebSocket: the connection is not used again."""
    with contextlib.closing(writer), contextlib.suppress(*GONE):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, _, rest = head.partition("\r\n")
        method, path, version = line.split(" ")
        if not path.startswith(prefix):
            writer.write(
                b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            await writer.drain()
            return
        if "upgrade: websocket" not in rest.lower():
            kept = [
                each for each in rest.split("\r\n") if not each.lower().startswith("connection:")
            ]
            rest = "\r\n".join(["connection: close", *kept])
        asked = path.removeprefix(prefix) if strip else path
        back, forth = await asyncio.open_connection("127.0.0.1", target)
        with contextlib.closing(forth):
            forth.write(f"{method} {asked or '/'} {version}\r\n{rest}".encode("latin-1"))
            pipes = [
                asyncio.create_task(_pipe(*ends)) for ends in ((reader, forth), (back, writer))
            ]
            try:
                await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
                await pipes[1]
            finally:
                for pipe in pipes:
                    pipe.cancel()
                await asyncio.gather(*pipes, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
