"""The running process: every route refuses without the token, only loopback listens, no torch."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from dashboard import secret
from dashboard.live.routes import REFUSED
from jobs.home import Home
from tests.dashboard.serving import ROOT, Dashboard, free_port
from tests.jobs.exposition import read
from tests.jobs.test_prometheus import value

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LIST_ROUTES = """
import json, sys
from dashboard import asgi
from jobs.home import Home
guard = asgi.create(Home.from_environment(), 8999)
routes = guard.app._build_starlette_app().routes
print(json.dumps([[type(route).__name__, route.path] for route in routes]))
assert "torch" not in sys.modules
"""


@pytest.fixture
def routes(home: Home) -> list[list[str]]:
    """Kind and path of every route of the app, ours and Streamlit's."""
    variables = {**os.environ, "TRAINYARD_HOME": str(home.root)}
    answer = subprocess.run(
        [sys.executable, "-c", LIST_ROUTES], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    found: list[list[str]] = json.loads(answer.stdout.splitlines()[-1])
    return found


def test_no_route_answers_without_the_token(routes: list[list[str]], dashboard: Dashboard) -> None:
    assert len(routes) > 10
    paths = {re.sub(r"{[^}]*}", "x", path) or "/" for _, path in routes}
    paths |= {"/", "/run", "/_stcore/health", "/live/static/0/live/main.js", "/login"}
    opened = {
        (method, path, status)
        for path in sorted(paths - {"/healthz"})
        for method in METHODS
        if (status := _status(dashboard.port, method, path)) not in (401, 403)
    }
    assert opened == set()
    assert _status(dashboard.port, "GET", "/healthz") == 200


def test_no_websocket_opens_without_the_token(
    routes: list[list[str]], dashboard: Dashboard
) -> None:
    sockets = [path for kind, path in routes if kind == "WebSocketRoute"]
    assert "/live/ws" in sockets
    assert "/_stcore/stream" in sockets
    for path in sockets:
        with pytest.raises(InvalidStatus) as refused, _open(dashboard, path):
            pass
        assert refused.value.response.status_code == 403
    with _open(dashboard, "/live/ws", secret.sign_cookie(dashboard.token)) as opened:
        opened.send("{}")
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == REFUSED


def test_only_loopback_listens_and_torch_is_not_loaded(dashboard: Dashboard) -> None:
    process = psutil.Process(dashboard.process.pid)
    listening = [c for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    assert not any("torch" in mapped.path for mapped in process.memory_maps())


def test_the_token_stands_in_the_printed_address_only(dashboard: Dashboard) -> None:
    _status(dashboard.port, "GET", f"/?token={dashboard.token}")
    log = (dashboard.home.root / "dashboard.log").read_text()
    assert log.count(dashboard.token) == 1
    assert f"http://127.0.0.1:{dashboard.port}/?token={dashboard.token}\n" in log


def test_sigterm_ends_it_within_a_second_even_with_open_sockets(dashboard: Dashboard) -> None:
    cookie = secret.sign_cookie(dashboard.token)
    ticket = secret.sign_ticket(dashboard.token, ["changes"])
    with _open(dashboard, "/live/ws", cookie) as live, _open(dashboard, "/_stcore/stream", cookie):
        live.send(json.dumps({"changes": True, "token": ticket}))
        begun = time.monotonic()
        dashboard.process.send_signal(signal.SIGTERM)
        dashboard.process.wait(10)
        assert time.monotonic() - begun < 1.5
    assert dashboard.process.returncode in (0, -signal.SIGTERM)


def test_a_taken_port_gets_a_sentence_and_exit_code_2(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, text = _start(home, TRAINYARD_PORT=str(port))
    assert code == 2
    assert text.startswith(f"Port {port} cannot be used")
    assert "TRAINYARD_PORT=" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [("TRAINYARD_ADDRESS", "0.0.0.0"), ("TRAINYARD_PORT", "http"), ("TRAINYARD_PORT", "70000")],
)
def test_other_addresses_and_no_ports_are_refused(home: Home, name: str, value: str) -> None:
    code, text = _start(home, **{"TRAINYARD_PORT": str(free_port()), name: value})
    assert code == 2
    assert value in text
    assert "Traceback" not in text


def _start(home: Home, **environment: str) -> tuple[int, str]:
    variables = {**os.environ, "TRAINYARD_HOME": str(home.root), **environment}
    answer = subprocess.run(
        [sys.executable, "-m", "dashboard"],
        cwd=Path(ROOT),
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return answer.returncode, answer.stderr


def _status(port: int, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    connection.close()
    return answer.status


def _open(dashboard: Dashboard, path: str, cookie: str = "") -> ClientConnection:
    headers = {"Cookie": f"trainyard_{dashboard.port}={cookie}"} if cookie else {}
    address = f"127.0.0.1:{dashboard.port}"
    return connect(
        f"ws://{address}{path}",
        origin=Origin(f"http://{address}"),
        additional_headers=headers,
    )


def test_a_prometheus_server_reads_the_metrics_with_the_token_in_a_header(
    dashboard: Dashboard,
) -> None:
    def asked(path: str, authorization: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=10)) as asking:
            asking.request("GET", path, headers={"authorization": authorization})
            answer = asking.getresponse()
            return answer.status, answer.read().decode()

    status, text = asked("/metrics", f"Bearer {dashboard.token}")
    assert status == 200
    assert value(read(text), "redis_up") == 1
    assert dashboard.token not in text
    for wrong in ("", "Bearer ", "Bearer wrong", f"Basic {dashboard.token}", dashboard.token):
        assert asked("/metrics", wrong)[0] == 401
    assert asked("/run", f"Bearer {dashboard.token}")[0] == 401, "only the metrics"
