"""`./trainyard bench live`: how fast the charts are, and whether they stay so.

Parts, all by default: `emit`, `rerun`, `open`, `many`, `stream`, `launch`.
"""

from __future__ import annotations

import argparse
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil

from bench.live import emit, launched, million, opened, overlaid, readme, rerun, stream
from bench.live.screen import browser, log_in
from bench.row import HEAD, Row
from bench.stand import process, stand
from jobs.yard import Yard

PARTS = ("emit", "rerun", "open", "many", "stream", "launch")
POINTS = 1_000_000
LONG_RUNS = 10


def main(arguments: list[str]) -> int:
    """Prints a Markdown table as it is measured; exit code 1 when a target was missed.

    `--readme` puts it into the README as well.
    """
    parser = argparse.ArgumentParser(prog="trainyard bench live")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--points", type=int, default=POINTS, help="of the long runs")
    given = parser.parse_args(arguments)
    if strangers := set(given.parts) - set(PARTS):
        parser.error(f"there is no part {strangers.pop()!r}; choose of {', '.join(PARTS)}")
    print(*HEAD, sep="\n")
    rows = []
    for row in measured(given.parts or PARTS, given.points):
        print(row.line + ("" if row.reached else "  MISSED"), flush=True)
        rows.append(row)
    if given.readme:
        readme.write(rows)
    return int(any(not row.reached for row in rows))


def measured(parts: list[str] | tuple[str, ...], points: int) -> Iterator[Row]:
    """The rows of all parts, each part on a stand of its own."""
    for part in PARTS:
        if part in parts:
            with ExitStack() as stack:
                yield from _part(part, points, stack)


def _part(part: str, points: int, stack: ExitStack) -> list[Row]:
    home = stack.enter_context(stand())
    stack.enter_context(process("jobs.recorder"))
    if part == "launch":
        stack.enter_context(process("jobs.worker"))
    port = _free_port()
    served = stack.enter_context(process("dashboard", TRAINYARD_PORT=str(port)))
    server = psutil.Process(served.pid)
    chromium = stack.enter_context(browser())
    page = chromium.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    log_in(page, home, port)
    if part == "emit":
        return emit.measure(page, home, port, server)
    if part == "rerun":
        return rerun.measure(page, home, _free_port())
    if part == "stream":
        return stream.measure(page, home, port, server)
    if part == "launch":
        return launched.measure(page, port)
    if part == "many":
        return overlaid.live_ones(page, home, port)
    yard = Yard.open(home)
    runs = [million.make(yard, points, seed=seed) for seed in range(LONG_RUNS)]
    yard.close()
    rows = opened.measure(page, port, runs[0], points)
    return rows + overlaid.long_ones(page, port, runs, points)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
