"""Streamlit's index.html with three changes: our title, where the server is, what to load early.

Left alone, it looks for the server below the page's own path first: every deep link cost half a
second and two errors in the console.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from dashboard.auth import content_security_policy
from dashboard.static_files import StaticFiles

PATHS = ("/", "/data", "/runs", "/run", "/compare", "/alerts", "/machines")
HOME_PATH = "/launch"
"""what people type for the first page; Streamlit knows it as `/` only"""

SERVER = '<script>window.__streamlit = {{ BACKEND_BASE_URL: location.origin + "{}/" }}</script>'
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def routes(files: StaticFiles) -> list[Route]:
    """One route per page, all with the same document."""
    html = document(files)
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": content_security_policy(_hashes(html)),
    }

    async def serve(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=headers)

    async def go_home(request: Request) -> RedirectResponse:
        query = request.url.query
        return RedirectResponse(f"{files.base}/" + (f"?{query}" if query else ""))

    pages = [Route(path, serve, methods=["GET"]) for path in PATHS]
    return [*pages, Route(HOME_PATH, go_home, methods=["GET"])]


def document(files: StaticFiles) -> str:
    """The page every view begins with. Raises ValueError when Streamlit's page has changed."""
    import streamlit

    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    if "<title>Streamlit</title>" not in html:
        raise ValueError("Streamlit's index.html has changed; dashboard/frame.py must follow.")
    # All at once: left to themselves, the modules of the charts come one import after another.
    modules = [name for name in files.files if name.startswith("live/") and name.endswith(".js")]
    early = "".join(f'<link rel="modulepreload" href="{files.url(name)}">' for name in modules)
    server = SERVER.format(files.base)
    return html.replace("<title>Streamlit</title>", f"<title>Trainyard</title>{server}{early}")


def _hashes(html: str) -> list[str]:
    """What the inline scripts of the page are known by; no other one may run."""
    digests = [hashlib.sha256(text.encode()).digest() for text in INLINE_SCRIPT.findall(html)]
    return [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]
