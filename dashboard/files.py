"""Data files over the wire: `POST /uploads` takes one in, `GET /downloads` hands one out.

Streamlit's own uploader keeps a file in memory until the tab is closed; here it goes to the disk
as it arrives.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import unquote

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from jobs.data_sets import DataSetError, DataSets
from jobs.data_sets.incoming import Incoming
from jobs.home import Home

BLOCK_BYTES = 4 << 20
NAME_HEADER = "x-file-name"

Sets = Callable[[], DataSets]


def routes(home: Home, sets: Sets) -> list[Route]:
    """Both ways. `sets` opens the data sets when they are first asked for."""

    async def take(request: Request) -> Response:
        return await _take(request, Incoming(home.data))

    async def hand_out(request: Request) -> Response:
        return await to_thread.run_sync(_hand_out, sets, request.query_params.get("id", ""))

    return [
        Route("/uploads", take, methods=["POST"]),
        Route("/downloads", hand_out, methods=["GET"]),
    ]


async def _take(request: Request, incoming: Incoming) -> Response:
    """The body is the file, the header its name, percent-encoded. Answers its id."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return PlainTextResponse("The length of the file must be said.\n", 411)
    name = unquote(request.headers.get(NAME_HEADER, ""))
    try:
        with incoming.receiving(name, int(length)) as (upload_id, file):
            await _write(request, file)
    except DataSetError as refusal:
        return PlainTextResponse(f"{refusal}\n", 507)
    except OSError as error:
        return PlainTextResponse(_sentence(error), 507)
    except ClientDisconnect:
        return PlainTextResponse("The upload was cut off.\n", 400)
    return JSONResponse({"id": upload_id})


async def _write(request: Request, file: BinaryIO) -> None:
    """In large blocks, outside the event loop: a slow disk must not hold up the charts."""
    block = bytearray()
    async for chunk in request.stream():
        block += chunk
        if len(block) >= BLOCK_BYTES:
            await to_thread.run_sync(file.write, bytes(block))
            block.clear()
    await to_thread.run_sync(file.write, bytes(block))
    await to_thread.run_sync(file.flush)


def _sentence(error: OSError) -> str:
    return f"The file cannot be stored: {os.strerror(error.errno or 0)}. Free some space.\n"


def _hand_out(sets: Sets, data_set_id: str) -> Response:
    try:
        known = sets()
        found = known.get(data_set_id)
        path = known.original(found)
    except DataSetError as refusal:
        return PlainTextResponse(f"{refusal}\n", 404)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=found.file_name.replace("/", "_"),
    )
