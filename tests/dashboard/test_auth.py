"""The guard: who gets in, by Host, Origin and cookie, and what happens to a token."""

from __future__ import annotations

import itertools
import stat
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import secret
from dashboard.auth import COOKIE_SECONDS, LOCAL_HOSTS, Guard, local_path
from jobs.home import Home

TOKEN = "t" * 43
PORT = 8501
with warnings.catch_warnings():
    # It asks for a package that nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HERE = f"127.0.0.1:{PORT}"
HTML = {"accept": "text/html"}


async def _page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"inside {request.url.path}")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("inside")
    await socket.close()


def _client(host: str = HERE, **cookies: str) -> TestClient:
    routes = [
        Route("/healthz", _page),
        Route("/{path:path}", _page, methods=["GET", "POST", "PUT", "DELETE"]),
        WebSocketRoute("/ws", _socket),
    ]
    guard = Guard(Starlette(routes=routes), TOKEN, PORT, LOCAL_HOSTS)
    return TestClient(guard, f"http://{host}", cookies=cookies, follow_redirects=False)


def _cookie(token: str = TOKEN) -> dict[str, str]:
    return {f"trainyard_{PORT}": secret.sign_cookie(token)}


def _socket_opens(client: TestClient, host: str, headers: dict[str, str]) -> bool:
    try:
        with client.websocket_connect(f"ws://{host}/ws", headers=headers) as socket:
            return bool(socket.receive_text() == "inside")
    except WebSocketDisconnect:
        return False


HOSTS = {HERE: True, "localhost:9000": True, "[::1]:8501": True, "evil.example": False}
ORIGINS = {"none": None, "same": "http://{host}", "other": "http://127.0.0.1:9999"}
COOKIES = {"valid": TOKEN, "forged": "f" * 43, "none": None}


@pytest.mark.parametrize(
    ("host", "origin", "cookie"), list(itertools.product(HOSTS, ORIGINS, COOKIES))
)
def test_host_origin_and_cookie_must_all_be_right(host: str, origin: str, cookie: str) -> None:
    key = COOKIES[cookie]
    client = _client(host, **(_cookie(key) if key else {}))
    template = ORIGINS[origin]
    headers = {} if template is None else {"origin": template.format(host=host)}
    inside = HOSTS[host] and cookie == "valid"
    assert (client.get("/", headers=headers).status_code == 200) == (inside and origin != "other")
    changes = client.post("/", headers=headers).status_code
    assert (changes == 200) == (inside and origin == "same")
    assert _socket_opens(client, host, headers) == (inside and origin == "same")
    assert changes in (200, 401, 403)


def test_only_healthz_is_open_and_only_for_our_hosts() -> None:
    assert _client().get("/healthz").status_code == 200
    assert _client("evil.example").get("/healthz").status_code == 403
    assert _client().get("/healthz/").status_code == 401


def test_the_printed_address_becomes_a_cookie_and_loses_the_token() -> None:
    client = _client()
    answer = client.get(f"/run?id=1&token={TOKEN}&x=%26y")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/run?id=1&x=%26y"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert TOKEN not in cookie
    assert client.get("/run?id=1").text == "inside /run"


def test_a_token_is_taken_out_of_the_address_even_when_logged_in() -> None:
    answer = _client(HERE, **_cookie()).get("/?token=old")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "t", "ä", "%00"])
def test_a_wrong_token_opens_nothing(token: str) -> None:
    answer = _client().get(f"/?token={token}", headers=HTML)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_the_login_page_leads_back_to_where_one_wanted_to_go() -> None:
    client = _client()
    page = client.get("/run?id=1", headers=HTML)
    assert page.status_code == 401
    assert 'value="/run?id=1"' in page.text
    form = {"token": f" {TOKEN} ", "next": "/run?id=1"}
    answer = client.post("/login", data=form, headers={"origin": f"http://{HERE}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/run?id=1")
    assert client.get("/run").status_code == 200


def test_the_login_form_refuses_wrong_tokens_and_other_sites() -> None:
    client = _client()
    wrong = client.post("/login", data={"token": "no"}, headers={"origin": f"http://{HERE}"})
    assert wrong.status_code == 401
    assert "does not match" in wrong.text
    foreign = {"origin": "http://evil.example"}
    assert client.post("/login", data={"token": TOKEN}, headers=foreign).status_code == 403
    long = {"token": "x" * 100_000}
    assert client.post("/login", data=long, headers={"origin": f"http://{HERE}"}).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "///evil.example/%2f..",
        "javascript:alert(1)",
        '/"><script>',
    ],
)
def test_no_redirect_leaves_this_server(target: str) -> None:
    form = {"token": TOKEN, "next": target}
    answer = _client().post("/login", data=form, headers={"origin": f"http://{HERE}"})
    location = answer.headers["location"]
    assert urlsplit(location).netloc == ""
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "<" not in location
    assert local_path(target, []).startswith("/")


def test_every_answer_has_the_security_headers() -> None:
    for client in (_client(), _client(HERE, **_cookie()), _client("evil.example")):
        headers = client.get("/").headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_cookie_does_not_outlive_its_age_or_its_token() -> None:
    value = secret.sign_cookie(TOKEN)
    assert secret.valid_cookie(value, TOKEN, COOKIE_SECONDS)
    assert not secret.valid_cookie(value, TOKEN, -1)
    assert not secret.valid_cookie(value, "n" * 43, COOKIE_SECONDS)
    assert not secret.valid_cookie(value[:-1], TOKEN, COOKIE_SECONDS)


def test_a_ticket_is_for_what_it_names() -> None:
    ticket = secret.sign_ticket(TOKEN, ["machines"])
    assert secret.read_ticket(ticket, TOKEN, 60) == ["machines"]
    assert secret.read_ticket(ticket, TOKEN, -1) == []
    assert secret.read_ticket(ticket, "n" * 43, 60) == []
    assert secret.read_ticket(secret.sign_cookie(TOKEN), TOKEN, 60) == []


def test_the_token_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    token = secret.read_token(home)
    assert secret.read_token(home) == token
    assert len(token) >= 43
    assert stat.S_IMODE(home.token.stat().st_mode) == 0o600
    home.token.write_text("short")
    with pytest.raises(ValueError, match="Remove the file"):
        secret.read_token(home)


def test_the_hidden_target_is_escaped() -> None:
    page = _client().get('/"><script>alert(1)</script>?a="><b>', headers=HTML)
    assert "<script>" not in page.text
