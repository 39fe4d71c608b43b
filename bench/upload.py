"""`./trainyard bench upload [--megabytes N]`: a large table from the browser's door to its profile.

The real dashboard takes the file over HTTP, the real attendants read, keep and measure it, as on
the Data page. pandas and Polars read the same file beside it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.reading import READERS, generate, measured
from bench.stand import ROOT, process, stand
from jobs.data_sets.attendant import Order
from jobs.data_sets.incoming import Incoming
from jobs.home import Home
from jobs.stack.ports import any_free

START_SECONDS = 60.0
LIMIT_MB = 1024
"""what the server and each attendant may take, whatever the size of the file"""


@dataclass(frozen=True)
class Done:
    """One part of the way."""

    what: str
    seconds: float
    peak_mb: float
    said: int
    """times that it told how far it was"""


def main(arguments: Sequence[str]) -> int:
    """Prints a table; exit code 1 if a process took more memory than promised."""
    parser = argparse.ArgumentParser(prog="trainyard bench upload")
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--python", default=sys.executable, help="that has pandas and Polars")
    options = parser.parse_args(arguments)
    with stand() as home:
        path = home.root / "large.csv"
        generate(path, options.megabytes)
        print(f"{path.stat().st_size / 1e6:,.0f} MB of CSV, 9 columns\n", flush=True)
        print("| | seconds | peak MB | progress told |\n|---|---|---|---|", flush=True)
        parts = way(home, path)
        peaks = [_printed(part).peak_mb for part in parts]
        for reader in READERS[1:]:
            print(_peer(reader, path, options.python), flush=True)
    return int(max(peaks) > LIMIT_MB)


def _printed(part: Done) -> Done:
    told = f"{part.said} times" if part.said else "by the browser"
    print(f"| {part.what} | {part.seconds:.1f} | {part.peak_mb:,.0f} | {told} |", flush=True)
    return part


def _peer(reader: str, path: Path, python: str) -> str:
    try:
        seconds, _, peak = measured(reader, path, python)
    except subprocess.CalledProcessError as error:
        return f"| {reader} | {error.stderr.strip().splitlines()[-1]} | | |"
    return f"| {reader}, the reading alone | {seconds:.1f} | {peak:,.0f} | never |"


def way(home: Home, path: Path) -> Sequence[Done]:
    """Upload, reading, profile."""
    port = any_free()
    with process("dashboard", TRAINYARD_PORT=str(port)) as dashboard:
        cookie = _logged_in(home, port)
        began = time.perf_counter()
        upload_id = _sent(path, port, cookie)
        sent = Done("upload", time.perf_counter() - began, _peak_of(dashboard.pid), 0)
    upload = Incoming(home.data).find(upload_id)
    assert upload is not None
    order = Order(path=str(upload.path), file_name=upload.name)
    read, kept = _attended("reading and keeping", order)
    profile, _ = _attended("profile", Order(measure=kept, target="flag"))
    return sent, read, profile


def _logged_in(home: Home, port: int) -> str:
    """The cookie that the dashboard hands out for its token, as soon as it answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            connection.request("GET", f"/?token={home.token.read_text().strip()}")
            return str(connection.getresponse().headers["set-cookie"]).partition(";")[0]
        except OSError:
            if time.monotonic() > deadline:
                raise
            # The page is not served yet.
            time.sleep(0.1)


def _sent(path: Path, port: int, cookie: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, blocksize=1 << 20)
    with path.open("rb") as file:
        length = str(path.stat().st_size)
        headers = {
            "cookie": cookie,
            "origin": f"http://127.0.0.1:{port}",
            "x-file-name": path.name,
            "content-length": length,
        }
        connection.request("POST", "/uploads", file, headers)
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"the upload was answered {answer.status}: {content.decode()}")
    return str(json.loads(content)["id"])


def _attended(what: str, order: Order) -> tuple[Done, str]:
    """Follows one attendant to its end, keeping what it read; the id of that."""
    began, told, kept = time.perf_counter(), 0, ""
    attendant = subprocess.Popen(
        [sys.executable, "-m", "jobs.data_sets.attendant"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert attendant.stdin is not None
    assert attendant.stdout is not None
    attendant.stdin.write(order.model_dump_json() + "\n")
    attendant.stdin.flush()
    for line in attendant.stdout:
        said = json.loads(line)
        told += "progress" in said
        kept = said.get("kept", kept)
        if "refused" in said:
            raise SystemExit(f"{what}: {said['refused']}")
        if "read" in said:
            attendant.stdin.write(json.dumps({"keep": "large"}) + "\n")
            attendant.stdin.flush()
    _, _, used = os.wait4(attendant.pid, 0)
    return Done(what, time.perf_counter() - began, used.ru_maxrss / 1024, told), kept


def _peak_of(pid: int) -> float:
    """The most memory a running process has had, in MB; Linux says so."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not say what memory a process has had")
