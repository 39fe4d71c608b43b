"""The web process as one ASGI app: login guard → live push, static files, Streamlit's pages."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from dashboard import exports, frame, log_routes, options, scrape, secret
from dashboard import files as data_files
from dashboard.auth import Guard, allowed_hosts
from dashboard.live.hub import Hub
from dashboard.live.routes import LiveSocket
from dashboard.static_files import StaticFiles
from jobs.data_sets import DataSets
from jobs.home import Home
from jobs.yard import Yard

PAGES = Path(__file__).parent / "app.py"


def create(home: Home, port: int, script: Path = PAGES) -> Guard:
    """The whole dashboard. Nothing listens yet."""
    options.apply(port)
    token = secret.read_token(home)
    hub = Hub(home)
    files = StaticFiles.read()
    import streamlit

    @asynccontextmanager
    async def lifespan(_: streamlit.App) -> AsyncIterator[None]:
        _warm_up()
        async with hub.running():
            yield

    app = streamlit.App(
        script,
        routes=[
            Route("/healthz", _healthy, methods=["GET"]),
            WebSocketRoute("/live/ws", LiveSocket(hub, token).serve),
            *scrape.routes(_yard),
            *exports.routes(_yard),
            *log_routes.routes(_yard),
            *data_files.routes(home, lambda: DataSets.of(_yard())),
            *files.routes(),
            *frame.routes(files),
        ],
        lifespan=lifespan,
    )
    return Guard(app, token, port, allowed_hosts(), files.base)


def _yard() -> Yard:
    """The one the pages have, too: a process opens the history once."""
    from dashboard.services import yard

    return yard()


async def _healthy(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


def _warm_up() -> None:
    """Imports what the pages need, once: two scripts importing Plotly at once can race."""
    for library in ("pandas", "plotly.graph_objects"):
        import_module(library)
    gc.collect()
    # Collections skip what is frozen; 114,000 objects of these libraries cost 100 ms each time.
    gc.freeze()
