"""`GET /exports?run=<id>&as=csv`: a run to take away, made while it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from jobs.export.files import FORMATS, pieces
from jobs.export.points import tables
from jobs.export.summary import finite, summary
from jobs.export.tensorboard.folder import zipped
from jobs.services import runs
from jobs.yard import Yard

PATH = "/exports"


def routes(yard: Callable[[], Yard]) -> list[Route]:
    """`yard` opens the history when it is first asked for."""

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(_answer, yard, dict(request.query_params))

    return [Route(PATH, answer, methods=["GET"])]


def _answer(yard: Callable[[], Yard], query: dict[str, str]) -> Response:
    opened, asked = yard(), query.get("as", "csv")
    try:
        run = runs.get(opened, query.get("run", ""))
    except runs.UnknownRun as refusal:
        return PlainTextResponse(f"{refusal}\n", 404)
    if asked == "json":
        body = json.dumps(finite(summary(opened, run)), indent=2, ensure_ascii=False)
        return _file(iter([body.encode()]), f"{run.id}.json")
    if asked == "tensorboard":
        return _file(zipped(opened.history, run), f"{run.id}-tensorboard.zip")
    form, shape = FORMATS.get(f".{asked}"), query.get("shape", "long")
    if form is None or shape not in ("long", "wide"):
        return PlainTextResponse(
            "There is csv, parquet, json, tensorboard; shapes are long and wide.\n", 404
        )
    found = tables(opened.history, run.id, "wide" if shape == "wide" else "long")
    return _file(pieces(found, form), f"{run.id}-{shape}.{form}")


def _file(content: Iterator[bytes], name: str) -> Response:
    head = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(content, media_type="application/octet-stream", headers=head)
