"""`GET /metrics` for a Prometheus server, which shows the token as `Authorization: Bearer ...`."""

from __future__ import annotations

from collections.abc import Callable

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.prometheus import CONTENT_TYPE, scrape
from jobs.yard import Yard

PATH = "/metrics"


def routes(yard: Callable[[], Yard]) -> list[Route]:
    """`yard` opens the history when it is first asked for."""

    async def answer(_: Request) -> Response:
        text = await to_thread.run_sync(lambda: scrape(yard()))
        return Response(text, headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})

    return [Route(PATH, answer, methods=["GET"])]
