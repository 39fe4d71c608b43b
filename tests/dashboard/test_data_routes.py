"""Files over the wire: whole or not at all, by those who are logged in, within the folder."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jobs.data_sets import DataSets
from jobs.data_sets.incoming import KEPT_SECONDS, Incoming
from jobs.yard import Yard
from tests.dashboard.serving import Dashboard

NAMES = {
    "people.csv": "people.csv",
    "../../../etc/passwd": "passwd",
    "C:\\data\\of mine.csv": "of mine.csv",
    "naïve ☃.csv": "naïve ☃.csv",
    "": "file",
    "a\0b\n.csv": "a?b.csv",
    "x" * 5000 + ".csv": "x" * 196 + ".csv",
}


def _cookie(dashboard: Dashboard) -> str:
    _, _, headers = _ask(dashboard, "GET", f"/?token={dashboard.token}")
    cookie = headers["set-cookie"]
    return str(cookie).split(";")[0]


def _ask(
    dashboard: Dashboard, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, body, named)
        with connection.getresponse() as answer:
            return answer.status, answer.read(), answer.headers


def _upload(dashboard: Dashboard, name: str, body: bytes) -> tuple[int, bytes]:
    status, answer, _ = _ask(
        dashboard,
        "POST",
        "/uploads",
        body,
        cookie=_cookie(dashboard),
        origin=f"http://127.0.0.1:{dashboard.port}",
        x_file_name=quote(name),
    )
    return status, answer


def test_whatever_a_file_is_called_it_lies_in_a_folder_of_ours(dashboard: Dashboard) -> None:
    incoming = Incoming(dashboard.home.data)
    for name, called in NAMES.items():
        status, answer = _upload(dashboard, name, b"a,b\n1,2\n")
        assert status == 200, answer
        upload = incoming.find(json.loads(answer)["id"])
        assert upload is not None
        assert upload.name == called
        assert upload.path.read_bytes() == b"a,b\n1,2\n"
        assert upload.path.parent.parent == dashboard.home.data


def test_only_who_is_logged_in_and_from_our_page(dashboard: Dashboard) -> None:
    ours = f"http://127.0.0.1:{dashboard.port}"
    assert _ask(dashboard, "POST", "/uploads", b"x", origin=ours)[0] == 401
    cookie = _cookie(dashboard)
    evil = {"cookie": cookie, "origin": "http://evil.example"}
    assert _ask(dashboard, "POST", "/uploads", b"x", **evil)[0] == 403
    assert _ask(dashboard, "POST", "/uploads", b"x", cookie=cookie)[0] == 403
    assert _ask(dashboard, "GET", "/downloads?id=1")[0] == 401
    assert not list(dashboard.home.data.glob(".upload-*"))


def test_what_breaks_off_leaves_nothing(dashboard: Dashboard) -> None:
    head = (
        "POST /uploads HTTP/1.1\r\n"
        f"host: 127.0.0.1:{dashboard.port}\r\norigin: http://127.0.0.1:{dashboard.port}\r\n"
        f"cookie: {_cookie(dashboard)}\r\nx-file-name: half.csv\r\ncontent-length: 1000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", dashboard.port), timeout=20) as wire:
        wire.sendall(head.encode() + b"a,b\n" * 1000)
    # The next one is answered after the first was given up: one loop serves both.
    status, answer = _upload(dashboard, "whole.csv", b"a\n1\n")
    assert status == 200, answer
    whole = [each.parent for each in dashboard.home.data.glob(".upload-*/file")]
    halves = [each for each in dashboard.home.data.glob(".upload-*") if each not in whole]
    assert (len(whole), halves) == (1, [])


def test_a_file_larger_than_the_disk_is_refused_before_it_is_sent(dashboard: Dashboard) -> None:
    with socket.create_connection(("127.0.0.1", dashboard.port), timeout=20) as wire:
        wire.sendall(
            (
                "POST /uploads HTTP/1.1\r\n"
                f"host: 127.0.0.1:{dashboard.port}\r\n"
                f"origin: http://127.0.0.1:{dashboard.port}\r\n"
                f"cookie: {_cookie(dashboard)}\r\ncontent-length: {10**16}\r\n\r\n"
            ).encode()
        )
        answer = b""
        while b"Free some space" not in answer and (block := wire.recv(4096)):
            answer += block
    assert answer.startswith(b"HTTP/1.1 507")
    assert b"has no room for this file" in answer


def test_a_table_is_handed_out_as_it_came(dashboard: Dashboard, yard: Yard, tmp_path: Path) -> None:
    file = tmp_path / "zahlen ä.csv"
    file.write_bytes(b"a;b\r\n1,5;2\r\n")
    found = DataSets.of(yard).add(file)
    status, body, headers = _ask(
        dashboard, "GET", f"/downloads?id={found.id}", cookie=_cookie(dashboard)
    )
    assert (status, body) == (200, b"a;b\r\n1,5;2\r\n")
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    status, body, _ = _ask(dashboard, "GET", "/downloads?id=01XYZ", cookie=_cookie(dashboard))
    assert (status, body[:21]) == (404, b"There is no data set ")


def test_what_nobody_wants_for_a_day_goes(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = Incoming(yard.home.data)
    with incoming.receiving("old.csv", 1) as (old, file):
        file.write(b"a")
    monkeypatch.setattr("jobs.data_sets.incoming.KEPT_SECONDS", -1)
    assert KEPT_SECONDS > 3600
    incoming.sweep()
    assert incoming.find(old) is None


@pytest.mark.parametrize("upload_id", ["", "..", "../x", "a/b", "x" * 100, "\0"])
def test_only_ids_are_looked_up(yard: Yard, upload_id: str) -> None:
    assert Incoming(yard.home.data).find(upload_id) is None
