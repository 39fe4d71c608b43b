"""The outermost layer of the dashboard: nothing passes without the login cookie, except /healthz.

Also the place where foreign Hosts (DNS rebinding) and foreign Origins (CSRF, cross-site
WebSockets) end, and where every answer gets its security headers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import login, secret
from dashboard.base import rooted
from dashboard.scrape import PATH

COOKIE_SECONDS = 30 * 24 * 3600
OPEN_PATHS = frozenset({"/healthz"})
BEARER_PATHS = frozenset({PATH})
"""read by programs, which have no cookie: they may show the token in a header instead"""
LOGIN_PATH = "/login"
LOGIN_BYTES = 4096
SAFE_METHODS = frozenset({"GET", "HEAD"})
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def content_security_policy(scripts: Iterable[str] = ()) -> str:
    """What a page may load: ours only. `scripts` are hashes of inline scripts that may run."""
    # Streamlit loads components from blob URLs and styles its page with inline styles.
    return (
        f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob: {' '.join(scripts)}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


HEADERS = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def allowed_hosts() -> frozenset[str]:
    """This machine's own names and those listed in `TRAINYARD_ALLOWED_HOSTS` (comma separated)."""
    listed = os.environ.get("TRAINYARD_ALLOWED_HOSTS", "").split(",")
    return LOCAL_HOSTS | {name.strip().lower() for name in listed if name.strip()}


@dataclass(frozen=True)
class Guard:
    """ASGI middleware. The cookie's name holds the port: cookies ignore ports, we must not."""

    app: ASGIApp
    token: str
    port: int
    hosts: frozenset[str]
    base: str = ""
    """see `base.py`"""

    @property
    def cookie(self) -> str:
        """Name of the login cookie."""
        return f"trainyard_{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope = rooted(scope, self.base)
        refusal = await self._refusal(scope, receive)
        if scope["type"] == "websocket":
            if refusal is None:
                await self.app(scope, receive, send)
            else:
                # Before the handshake is accepted, a close is an HTTP 403.
                await send({"type": "websocket.close", "code": 1008})
            return
        await (refusal or self.app)(scope, receive, _with_headers(send))

    async def _refusal(self, scope: Scope, receive: Receive) -> Response | None:
        """Why the request may not pass, as the answer to send; None when it may."""
        headers = Headers(scope=scope)
        if _hostname(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse(
                "This address is not one of Trainyard's. Open it as http://127.0.0.1 or list "
                "the name in TRAINYARD_ALLOWED_HOSTS.\n",
                status_code=403,
            )
        path = scope["path"].removeprefix(self.base)
        if path in OPEN_PATHS:
            return None
        if scope["type"] == "http" and scope["path"] in BEARER_PATHS and self._has_token(headers):
            return None
        if not _same_origin(scope, headers):
            return PlainTextResponse("Requests from other web sites are refused.\n", 403)
        if scope["type"] == "http" and path == LOGIN_PATH and scope["method"] == "POST":
            return await self._log_in(Request(scope, receive))
        if scope["type"] == "http" and not path:
            # Below it the page's own files are found; beside it they are not.
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"{self.base}/" + (f"?{query}" if query else ""))
        return self._without_cookie(scope, headers)

    def _has_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secret.same(given.strip(), self.token)

    def _without_cookie(self, scope: Scope, headers: Headers) -> Response | None:
        known = secret.valid_cookie(_cookie(headers, self.cookie), self.token, COOKIE_SECONDS)
        if scope["type"] == "websocket":
            return None if known else PlainTextResponse("", 403)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        right = bool(given) and secret.same(given[0], self.token)
        if scope["method"] in SAFE_METHODS and (right or (known and given)):
            rest = [pair for pair in query if pair[0] != "token"]
            return self._enter(local_path(scope["path"], rest), scope["scheme"])
        return None if known else _unauthorized(scope, headers, wrong=bool(given))

    async def _log_in(self, request: Request) -> Response:
        """The login page's form: checks the token and hands out the cookie."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LOGIN_BYTES:
                return PlainTextResponse("This is too long for a token.\n", 401)
        form = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        if not secret.same(form.get("token", "").strip(), self.token):
            return login.page(form.get("next", "/"), wrong=True, base=self.base)
        target = urlsplit(form.get("next", f"{self.base}/"))
        return self._enter(
            local_path(target.path, parse_qsl(target.query)), request.scope["scheme"]
        )

    def _enter(self, target: str, scheme: str) -> Response:
        """Hands out the cookie and leads to `target`, where no token stands in the address."""
        response = RedirectResponse(target, status_code=303)
        response.headers["cache-control"] = "no-store"
        response.set_cookie(
            self.cookie,
            secret.sign_cookie(self.token),
            max_age=COOKIE_SECONDS,
            path=self.base or "/",
            secure=scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response


def local_path(path: str, query: list[tuple[str, str]]) -> str:
    """A path on this server: no scheme, no host, whatever the input (no open redirect)."""
    clean = "/" + quote(path.replace("\\", "/").lstrip("/"), safe="/-._~")
    kept = [(name, value) for name, value in query if name != "token"]
    return clean + ("?" + urlencode(kept) if kept else "")


def _unauthorized(scope: Scope, headers: Headers, *, wrong: bool) -> Response:
    if scope["method"] in SAFE_METHODS and "text/html" in headers.get("accept", ""):
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        return login.page(local_path(scope["path"], query), wrong=wrong, base=scope["root_path"])
    return PlainTextResponse("Log in first: open the address Trainyard printed.\n", 401)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers


def _hostname(host: str) -> str:
    """The name in a Host header, without its port; empty when there is no sense in it."""
    try:
        return (urlsplit(f"//{host}").hostname or "") if "@" not in host else ""
    except ValueError:
        return ""


def _same_origin(scope: Scope, headers: Headers) -> bool:
    """Whether the page that asks is ours. Plain reads need no Origin; browsers send none there."""
    origin = headers.get("origin")
    if origin is None:
        return scope["type"] == "http" and (
            scope["method"] in SAFE_METHODS or headers.get("sec-fetch-site") == "same-origin"
        )
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == headers.get("host")


def _cookie(headers: Headers, name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""
