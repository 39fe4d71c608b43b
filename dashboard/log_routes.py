"""`GET /log?run=<id>&before=<attempt>-<seq>`: earlier log lines for the page, or all as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.live.frames import plain
from dashboard.text import one_line
from jobs.history import Position, Record
from jobs.services import runs
from jobs.yard import Yard

PATH = "/log"
LINES = 5_000
"""at most in one answer"""


def routes(yard: Callable[[], Yard]) -> list[Route]:
    """`yard` opens the history when it is first asked for."""

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(_answer, yard, dict(request.query_params))

    return [Route(PATH, answer, methods=["GET"])]


def _answer(yard: Callable[[], Yard], query: dict[str, str]) -> Response:
    opened = yard()
    try:
        run = runs.get(opened, query.get("run", ""))
        before = _position(query["before"]) if "before" in query else None
    except runs.UnknownRun as refusal:
        return PlainTextResponse(f"{refusal}\n", 404)
    except ValueError:
        return PlainTextResponse("before is an attempt and a number, e.g. 1-200\n", 400)
    if before is None:
        head = {"content-disposition": f'attachment; filename="{run.id}-log.txt"'}
        pages = _pages(opened, run.id)
        return StreamingResponse(pages, media_type="text/plain; charset=utf-8", headers=head)
    found = opened.history.lines_before(run.id, before, LINES)
    facts = [{"attempt": each.attempt, "seq": each.seq, **each.body} for each in found]
    body = json.dumps({"facts": plain(facts), "more": len(found) == LINES})
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def _position(text: str) -> Position:
    attempt, _, seq = text.partition("-")
    return int(attempt), int(seq)


def _pages(yard: Yard, run_id: str) -> Iterator[str]:
    """All of it, some lines at a time: a log may be longer than the memory of a small machine."""
    after: Position = (0, 0)
    while found := yard.history.logs(run_id, after, LINES):
        yield "".join(map(_line, found))
        after = found[-1].position


def _line(record: Record) -> str:
    body = record.body
    said = body.get("message") or body.get("cause") or body.get("device_name") or ""
    level = str(body.get("level") or record.kind)
    moment = datetime.fromtimestamp(record.time, UTC).isoformat(sep=" ", timespec="seconds")
    return f"{moment}  {level:<8}  step {record.step:>7}  {one_line(str(said))}\n"
